import { resourcesOfCall } from "@ade/core/tool-calls/resources";
import { describe, expect, test } from "vitest";
import { fitCall } from "./fit-call.ts";
import type { ToolCall } from "./shapes.ts";

const call = (more: Partial<ToolCall>): ToolCall => ({
  tool: "edit_file",
  kind: "edit",
  title: "Edit",
  ...more,
});
const idsOf = (given: ToolCall) => resourcesOfCall(given).map(({ id }) => id);
const large = "x".repeat(250_000);
/** Each is shortened; so many are too many still. */
const much = { a: large, b: large, c: large, d: large };

describe("what is left out of a call is never the place that it touches", () => {
  test("a change that is too large, and one that is one too many, are locations", () => {
    const diffs = [
      { path: "a.txt", old_text: large, new_text: large },
      ...Array.from({ length: 50 }, (_, index) => ({ path: `${index}.txt`, old_text: null, new_text: "x" })),
    ];
    const fitted = fitCall(call({ diffs }));
    expect(fitted.diffs).toHaveLength(49);
    expect(fitted.locations).toEqual([{ path: "a.txt" }, { path: "49.txt" }]);
    expect(fitted.notes).toEqual([
      "The change of a.txt is too large to be shown here (500000 characters)",
      "The changes of 1 more files are not shown",
    ]);
    expect(new Set(idsOf(fitted))).toEqual(new Set(idsOf(call({ diffs }))));
  });

  test("a path among arguments that are too large stays, whatever stands before it", () => {
    const names = Array.from({ length: 60 }, (_, index) => [`option_${index}`, "x"]);
    const given = {
      ...Object.fromEntries(names),
      ...much,
      path: "/etc/cron.d/x",
      url: "https://evil.org/x",
    };
    const fitted = fitCall(call({ arguments: given }));
    expect(fitted.arguments).toMatchObject({ path: "/etc/cron.d/x", url: "https://evil.org/x" });
    expect(fitted.arguments).not.toHaveProperty("a");
    expect(idsOf(fitted)).toEqual(idsOf(call({ arguments: given })));
  });

  test("a path or an address that would be lost among arguments that are too large is refused", () => {
    const path = `/etc/${"a/".repeat(1_500)}../x`;
    expect(() => fitCall(call({ arguments: { ...much, path } }))).toThrow("names a path of 3009 characters");
    const url = `https://evil.org/${"x".repeat(3_000)}`;
    expect(() => fitCall(call({ arguments: { ...much, url } }))).toThrow("names an address among arguments");
  });

  test("many places of few files are each file's first", () => {
    const locations = Array.from({ length: 150 }, (_, line) => ({ path: `${line % 3}.txt`, line }));
    expect(fitCall(call({ locations })).locations).toEqual([
      { path: "0.txt", line: 0 },
      { path: "1.txt", line: 1 },
      { path: "2.txt", line: 2 },
    ]);
  });

  test("more files than a call may touch, and a path that is longer than any, are refused and not cut", () => {
    const locations = Array.from({ length: 60 }, (_, index) => ({ path: `${index}.txt` }));
    expect(fitCall(call({ locations })).locations).toHaveLength(60);
    expect(() => fitCall(call({ locations, arguments: { path: "/etc/cron.d/x" } }))).toThrow(
      expect.objectContaining({ code: "CALL_TOO_LARGE", message: expect.stringContaining("names 61 files") }),
    );
    expect(() => fitCall(call({ locations: [{ path: "a".repeat(1001) }] }))).toThrow(
      "a path of 1001 characters",
    );
  });
});
