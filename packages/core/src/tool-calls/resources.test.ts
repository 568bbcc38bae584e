import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalKey } from "../resources/service.ts";
import { resourcesOfCall } from "./resources.ts";

const workspace = { name: "app@anna", root: "/home/anna/app" };
const keys = (call: Partial<Parameters<typeof resourcesOfCall>[0]>): string[] =>
  resourcesOfCall({ tool: "edit_file", kind: "edit", workspace, ...call }).map((ref) => canonicalKey(ref));

describe("what a call touches", () => {
  test("the tool, and each file by its path in the workspace", () => {
    expect(keys({ locations: [{ path: "/home/anna/app/src/Main.ts" }, { path: "src/main.ts" }] })).toEqual([
      "service:tools/edit_file",
      "storage:app@anna/src/main.ts",
    ]);
  });

  test.each(["/etc/passwd", "../secrets.txt", "/home/anna/app/../other/x", "/home/anna/application/x"])(
    "%s lies outside, and says so",
    (path) => {
      const [, file] = resourcesOfCall({ tool: "t", kind: "edit", workspace, locations: [{ path }] });
      expect(file).toMatchObject({ namespace: "outside.app@anna", scope: "global", actions: ["write"] });
    },
  );

  test("what an agent names only in its arguments counts as well", () => {
    expect(
      keys({ kind: "execute", tool: "Bash", arguments: { file_path: "a.ts", url: "https://x.org/y" } }),
    ).toEqual(["service:tools/bash", "storage:app@anna/a.ts", "network:default/x.org"]);
  });

  test("what only reads is shared, what may do anything is not called reading", () => {
    expect(resourcesOfCall({ tool: "t", kind: "search" })[0]!.actions).toEqual(["read"]);
    expect(resourcesOfCall({ tool: "t" })[0]!.actions).toEqual(["execute"]);
  });

  test("whatever paths and names an agent thinks of, the names are canonical and stay", () => {
    const path = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.webPath(), fc.string());
    fc.assert(
      fc.property(path, fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (each, tool, name) => {
        const call = { tool, kind: "edit", locations: [{ path: each }], workspace: { name, root: "/r" } };
        for (const ref of resourcesOfCall(call)) {
          expect(canonicalKey(ref)).toBe(`${ref.type}:${ref.namespace}/${ref.id}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("two files of one folder are two, however odd their names", () => {
    expect(new Set(keys({ locations: [{ path: "a/%2e" }, { path: "a/%2f" }, { path: "a/ü" }] })).size).toBe(
      4,
    );
  });
});
