import { describe, expect, test } from "vitest";
import { compileGlob, compileNameGlob } from "../resources/service.ts";
import { type Grant, toolVerdict } from "./tool-verdict.ts";

const matchers = { name: compileNameGlob, key: compileGlob };
const keys = ["configuration:default/src/a.ts"];
const call = (tool: string, kind = "other", touched = keys) => ({ tool, kind, keys: touched });
const verdict = (
  tools: Parameters<typeof toolVerdict>[0],
  given: ReturnType<typeof call>,
  grants: readonly Grant[] = [],
) => toolVerdict(tools, grants, given, matchers);
const asked = { permission: "ask", grant_id: null };
const denied = { permission: "deny", grant_id: null };
const allowed = { permission: "allow", grant_id: null };

describe("whether a call of a tool needs a person", () => {
  test("is asked of a person where nobody has decided: an unknown tool is never let through", () => {
    expect(verdict([], call("anything"))).toEqual(asked);
    expect(verdict([{ name: "read_file", permission: "allow" }], call("read_files"))).toEqual(asked);
    expect(verdict([{ name: "read_file", permission: "allow" }], call("Read_File"))).toEqual(asked);
  });

  test("goes by the tool's name, then by the kind of the call", () => {
    const tools = [
      { name: "edit", permission: "allow" as const },
      { name: "write_file", permission: "ask" as const },
    ];
    expect(verdict(tools, call("write_file", "edit"))).toEqual(asked);
    expect(verdict(tools, call("patch_file", "edit"))).toEqual(allowed);
    expect(verdict(tools, call("patch_file", "execute"))).toEqual(asked);
  });

  test("is refused by a deny of name or kind, in any case and by a pattern, whatever else says", () => {
    const everything: Grant = { id: "g", tool: "*", kind: null, resources: null };
    const tools = [
      { name: "run_command", permission: "allow" as const },
      { name: "execute", permission: "deny" as const },
      { name: "mcp__prod__*", permission: "deny" as const },
      { name: "mcp__prod__read", permission: "allow" as const },
    ];
    expect(verdict(tools, call("run_command", "execute"), [everything])).toEqual(denied);
    expect(verdict(tools, call("MCP__Prod__drop"), [everything])).toEqual(denied);
    expect(verdict(tools, call("mcp__prod__read"), [everything])).toEqual(denied);
  });

  test("is waived by a grant that covers every resource of the call, and by no other", () => {
    const tools = [{ name: "edit_file", permission: "ask" as const }];
    const grant = { id: "g", tool: "edit_*", kind: null, resources: ["configuration:default/src/*"] };
    const by = { permission: "allow", grant_id: "g" };
    expect(verdict(tools, call("edit_file", "edit"), [grant])).toEqual(by);
    const beyond = [...keys, "configuration:default/etc/passwd"];
    expect(verdict(tools, call("edit_file", "edit", beyond), [grant])).toEqual(asked);
    expect(verdict(tools, call("edit_file", "edit", []), [grant])).toEqual(asked);
    expect(verdict(tools, call("run_command", "edit"), [{ ...grant, tool: "edit" }])).toEqual(by);
    expect(verdict(tools, call("edit_file", "edit", []), [{ ...grant, resources: null }])).toEqual(by);
  });

  test("a tool that is asked about is not let through as one of its kind, however it is spelled", () => {
    const bash = [
      { name: "Bash", permission: "ask" as const },
      { name: "execute", permission: "allow" as const },
    ];
    expect(verdict(bash, call("bash", "execute"))).toEqual(asked);
    expect(verdict(bash, call("BASH", "execute"))).toEqual(asked);
    expect(verdict(bash, call("make", "execute"))).toEqual(allowed);
    const database = [
      { name: "mcp__db__*", permission: "ask" as const },
      { name: "mcp__db__read", permission: "allow" as const },
      { name: "other", permission: "allow" as const },
    ];
    expect(verdict(database, call("mcp__db__drop"))).toEqual(asked);
    expect(verdict(database, call("MCP__DB__Drop"))).toEqual(asked);
    expect(verdict(database, call("mcp__db__read"))).toEqual(allowed);
  });

  test("a grant for some resources covers no call that names nothing but its tool", () => {
    const file = "storage:live/x";
    const own = "service:tools/edit_file";
    const grant: Grant = { id: "g", tool: "edit_file", kind: null, resources: [own, file] };
    const by = { permission: "allow", grant_id: "g" };
    expect(verdict([], call("edit_file", "edit", [own, file]), [grant])).toEqual(by);
    expect(verdict([], call("edit_file", "edit", [own]), [grant])).toEqual(asked);
    expect(verdict([], call("edit_file", "edit", [own, file]), [{ ...grant, resources: [file] }])).toEqual(
      by,
    );
  });

  test("a grant of one kind lets no call of another kind pass, nor another tool that is named like the kind", () => {
    const grant: Grant = { id: "g", tool: "edit_file", kind: "edit", resources: null };
    const by = { permission: "allow", grant_id: "g" };
    expect(verdict([], call("Edit_File", "edit"), [grant])).toEqual(by);
    expect(verdict([], call("edit_file", "delete"), [grant])).toEqual(asked);
    const execute: Grant = { ...grant, tool: "execute", kind: "execute" };
    expect(verdict([], call("execute", "execute"), [execute])).toEqual(by);
    expect(verdict([], call("rm", "execute"), [execute])).toEqual(asked);
  });
});
