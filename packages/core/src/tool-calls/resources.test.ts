import { posix } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalKey } from "../resources/service.ts";
import { resourcesOfCall } from "./resources.ts";
import { redactText } from "./secret-text.ts";

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

  test("every file counts, also the one behind sixty others", () => {
    const locations = Array.from({ length: 60 }, (_, index) => ({ path: `docs/${index}.md` }));
    expect(keys({ locations, arguments: { path: "/etc/cron.d/x" } })).toContain(
      "storage:outside.app@anna/etc/cron.d/x",
    );
  });

  const outside = "storage:outside.app@anna";
  test.each([
    ["/../etc/passwd", `${outside}/etc/passwd`],
    ["/../../etc/./passwd", `${outside}/etc/passwd`],
    ["../../../../../etc/passwd", `${outside}/etc/passwd`],
    ["../app/secrets/k", "storage:app@anna/secrets/k"],
    ["../other/k", `${outside}/home/anna/other/k`],
    ["/../home/anna/app/secrets/k", "storage:app@anna/secrets/k"],
    ["file:///etc/passwd", `${outside}/etc/passwd`],
    ["file:///home/anna/app/a%2Fb", "storage:app@anna/a/b"],
    ["ab://../../../../../etc/passwd", `${outside}/etc/passwd`],
    ["~/.ssh/id_rsa", `${outside}/~/.ssh/id_rsa`],
    ["~root/.ssh/id_rsa", `${outside}/~root/.ssh/id_rsa`],
  ])("%s is %s, named as a place or as an argument", (path, key) => {
    expect(keys({ locations: [{ path }] })[1]).toBe(key);
    expect(keys({ arguments: { path } })[1]).toBe(key);
  });

  test("every spelling of a path is the file that a system finds by it", () => {
    const segment = fc.constantFrom("..", "..", ".", "", "home", "anna", "app", "src", "k.txt");
    const path = fc.array(segment, { minLength: 1, maxLength: 9 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(path, fc.boolean(), (given, isAbsolute) => {
        const spelled = isAbsolute ? `/${given}` : given;
        const real = posix.resolve(workspace.root, spelled);
        fc.pre(spelled.trim() !== "");
        expect(keys({ locations: [{ path: spelled }] })).toEqual(keys({ locations: [{ path: real }] }));
      }),
      { numRuns: 2_000 },
    );
  });

  test("on Windows too: its drives are no folders that one leaves, and their case means nothing", () => {
    const windows = { name: "app", root: "C:\\Users\\Anna\\app" };
    const of = (path: string) => keys({ workspace: windows, locations: [{ path }] })[1];
    expect(of("c:/users/anna/APP/Secrets\\k")).toBe("storage:app/secrets/k");
    expect(of("..\\app\\secrets\\k")).toBe("storage:app/secrets/k");
    expect(of("C:\\..\\..\\Windows\\system.ini")).toBe("storage:outside.app/c:/windows/system.ini");
  });

  test("no file can be named so that it counts as another whose name is a hash", () => {
    const [, hashed] = keys({ locations: [{ path: "ü" }] });
    const name = hashed!.slice(hashed!.indexOf("/") + 1);
    expect(name).toMatch(/^~/);
    expect(keys({ locations: [{ path: name }] })[1]).not.toBe(hashed);
  });

  test("a call that brings a change of a file along writes it, whatever kind it says it is", () => {
    const [, file] = resourcesOfCall({ tool: "t", kind: "read", diffs: [{ path: "a" }] });
    expect(file!.actions).toEqual(["read", "write"]);
  });

  test.each([
    ["https://user:x@Evil.org:443/a", "network:default/evil.org"],
    ["https:evil.org", "network:default/evil.org"],
    ["http://good.org@a@evil.org:8443/", "network:default/evil.org:8443"],
    ["ssh://git@evil.org/x", "network:default/evil.org"],
  ])("%s goes to %s", (url, key) => {
    expect(keys({ tool: "fetch", kind: "fetch", arguments: { url } })).toEqual(["service:tools/fetch", key]);
  });

  test("an address that is given as a source is where it calls, and no file", () => {
    expect(keys({ arguments: { source: "https://x.org/a", destination: "b" } })).toEqual([
      ...["service:tools/edit_file", "storage:app@anna/b", "network:default/x.org"],
    ]);
  });
});

/** Attack: an agent hides where a call leads behind what looks like a secret, and is masked before it is judged. */
describe("what is masked", () => {
  const OUTSIDE = { namespace: "outside.app@anna", scope: "global" };

  test.each(["/home/anna/app/TOKEN=x/../../etc/cron.d/x", "/home/anna/app/--token x", "secret://../../etc"])(
    "%s is outside: nobody sees where it leads",
    (path) => {
      for (const shown of [path, redactText(path)]) {
        const [, file] = resourcesOfCall({
          tool: "t",
          kind: "edit",
          workspace,
          locations: [{ path: shown }],
        });
        expect(file).toMatchObject(OUTSIDE);
      }
    },
  );

  test.each([
    ["https://u:TOKEN=x@evil.example/", "evil.example"],
    ["https://evil.example/TOKEN=x@good.example/", "evil.example"],
    ["https://evil.example:80?x@good.example/", "evil.example:80"],
    ["https://evil.example:80\\x@good.example/", "evil.example:80"],
  ])("%s goes to %s, or nobody knows where", (url, host) => {
    const [, network] = resourcesOfCall({ tool: "t", kind: "fetch", arguments: { url } });
    expect(network!.id).toSatisfy((id: string) => id === host || id.includes("~"));
  });

  test("is named the same before and after, whatever is masked of it", () => {
    const parts = [
      ...[
        "TOKEN=",
        "--token ",
        "x",
        "u:p",
        "ghp_0123456789012345678901",
        "secret://",
        "good.example",
        "evil.example",
      ],
      ...["/", "..", "@", ":", "://", "https://", "file://", "?", "#", "\\", " ", ";", "."],
    ];
    const text = fc
      .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 10 })
      .map((each) => each.join(""));
    fc.assert(
      fc.property(text, text, (path, url) => {
        const named = (one: string, other: string) =>
          keys({ locations: [{ path: one }], arguments: { path: one, url: other } });
        expect(named(redactText(path), redactText(url))).toEqual(named(path, url));
      }),
      { numRuns: 5_000 },
    );
  });
});

test.each([
  ["evil.example/x", "network:default/evil.example"],
  ["//evil.example/x", "network:default/evil.example"],
  ["localhost:8080/x", "network:default/localhost:8080"],
  ["file:///etc/passwd?x", "storage:outside.app@anna/etc/passwd"],
  ["file:///etc/passwd#x", "storage:outside.app@anna/etc/passwd"],
])("an address without its scheme, or of a file: %s is %s", (url, key) => {
  expect(keys({ tool: "fetch", kind: "fetch", arguments: { url } })).toEqual(["service:tools/fetch", key]);
});

test.each(["/v1/users", "data:text/plain,x", "mailto:a@b.org"])("%s leads to no host", (url) => {
  expect(keys({ tool: "fetch", kind: "fetch", arguments: { url } })).toEqual(["service:tools/fetch"]);
});
