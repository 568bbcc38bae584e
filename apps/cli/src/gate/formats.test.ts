import { describe, expect, test } from "vitest";
import { formatOf } from "./detect.ts";
import type { HookAnswer } from "./formats.ts";

const claude = {
  ...{ session_id: "s", cwd: "/w", hook_event_name: "PreToolUse", tool_name: "Edit", tool_use_id: "t" },
  tool_input: { file_path: "/w/a.ts", old_string: "a", new_string: "b" },
};
const cursor = { hook_event_name: "beforeShellExecution", conversation_id: "c", workspace_roots: ["/w"] };
const gemini = { session_id: "s", cwd: "/w", hook_event_name: "BeforeTool", tool_name: "run_shell_command" };
const copilot = { timestamp: 1, cwd: "/w", toolName: "bash", toolArgs: '{"command":"ls -la\\nrm x"}' };

describe("a hook's input is told by its form", () => {
  test.each([
    ["claude", claude],
    ["codex", { ...claude, turn_id: "1", model: "m" }],
    ["cursor", { ...cursor, command: "ls" }],
    ["gemini", gemini],
    ["copilot", copilot],
    ["generic", { tool: "deploy", arguments: { to: "prod" } }],
  ])("%s", (name, input) => {
    expect(formatOf(input, "auto")?.name).toBe(name);
    expect(formatOf(input, name)?.read(input)).toMatchObject({ moment: "before" });
  });

  test.each([{}, { hook_event_name: "SessionStart" }, { tool_name: "Edit" }])("%j is nobody's", (input) => {
    expect(formatOf(input, "auto")).toBeNull();
  });
});

test("what a call is follows from its tool and arguments", () => {
  expect(formatOf(claude, "auto")!.read(claude)).toMatchObject({
    key: "s t",
    call: {
      ...{ tool: "Edit", kind: "edit", title: "Edit: /w/a.ts" },
      diffs: [{ path: "/w/a.ts", old_text: "a", new_text: "b" }],
    },
  });
  expect(formatOf(copilot, "auto")!.read(copilot)).toMatchObject({
    call: { tool: "bash", kind: "execute", title: "bash: ls -la", arguments: { command: "ls -la\nrm x" } },
  });
});

test("a server's tool may do anything, whatever it is called", () => {
  const mcp = {
    ...cursor,
    hook_event_name: "beforeMCPExecution",
    tool_name: "search",
    tool_input: '{"q":1}',
  };
  expect(formatOf(mcp, "auto")!.read(mcp)).toMatchObject({
    call: { tool: "search", kind: "other", arguments: { q: 1 } },
  });
  const other = { ...gemini, tool_name: "read_file", mcp_context: { server_name: "x" } };
  expect(formatOf(other, "auto")!.read(other)).toMatchObject({ call: { kind: "other" } });
});

test("a patch names its files in its text", () => {
  const command = `*** Begin Patch
*** Update File: src/a.ts
*** Move to: src/b.ts
@@ class A
 same
-old
+new
@@
+*** Add File: no-file.ts
*** Add File: new.txt
+hello
*** Delete File: /etc/gone
*** End Patch
`;
  const patch = { ...claude, turn_id: "1", tool_name: "apply_patch", tool_input: { command } };
  expect(formatOf(patch, "auto")!.read(patch)).toMatchObject({
    call: {
      ...{ tool: "apply_patch", kind: "edit", arguments: { command } },
      title: "apply_patch: src/a.ts, src/b.ts, new.txt, /etc/gone",
      locations: [{ path: "src/a.ts" }, { path: "src/b.ts" }, { path: "new.txt" }, { path: "/etc/gone" }],
      diffs: [
        { path: "src/a.ts", old_text: "same\nold\n", new_text: "same\nnew\n" },
        { path: "src/a.ts", old_text: "", new_text: "*** Add File: no-file.ts\n" },
        { path: "new.txt", old_text: null, new_text: "hello\n" },
      ],
    },
  });
  // What another tool writes is text, whatever it looks like.
  const write = { ...claude, tool_name: "Write", tool_input: { file_path: "/w/x", content: command } };
  expect(formatOf(write, "auto")!.read(write)).toMatchObject({
    call: { title: "Write: /w/x", diffs: [{ path: "/w/x", new_text: command }] },
  });
});

describe("an answer is said in the agent's own form", () => {
  const said = (input: Record<string, unknown>, answer: HookAnswer) =>
    formatOf(input, "auto")!.write(answer, input);
  const yes: HookAnswer = { decision: "allow", reason: "Fine.", changed: null };
  const changed: HookAnswer = { ...yes, changed: { command: "ls" } };
  const no: HookAnswer = { decision: "deny", reason: "Not on a Friday." };

  test("Claude Code", () => {
    const output = {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      permissionDecisionReason: "Fine.",
    };
    expect(said(claude, yes)).toEqual({ hookSpecificOutput: output });
    expect(said(claude, changed)).toEqual({
      hookSpecificOutput: { ...output, updatedInput: { command: "ls" } },
    });
    expect(said(claude, no)).toMatchObject({
      hookSpecificOutput: { permissionDecision: "deny", permissionDecisionReason: "Not on a Friday." },
    });
  });

  test("Codex says yes by silence", () => {
    const codex = { ...claude, turn_id: "1" };
    expect(said(codex, yes)).toBeNull();
    expect(said(codex, no)).toMatchObject({ hookSpecificOutput: { permissionDecision: "deny" } });
  });

  test("Cursor", () => {
    expect(said(cursor, yes)).toEqual({ permission: "allow" });
    expect(said(cursor, { ...no, decision: "ask" })).toEqual({
      ...{ permission: "ask", user_message: "Not on a Friday.", agent_message: "Not on a Friday." },
    });
    expect(said({ ...cursor, hook_event_name: "beforeReadFile" }, no)).toEqual({ permission: "deny" });
  });

  test("a question only where it is put", () => {
    const asks = (input: Record<string, unknown>) => formatOf(input, "auto")!.can_ask(input);
    expect(asks(claude)).toBe(true);
    expect(asks(cursor)).toBe(true);
    expect(asks({ ...cursor, hook_event_name: "beforeMCPExecution" })).toBe(true);
    // Cursor takes a question before any tool, and runs the tool.
    expect(asks({ ...cursor, hook_event_name: "preToolUse", tool_name: "Write" })).toBe(false);
    expect(asks({ ...cursor, hook_event_name: "beforeReadFile" })).toBe(false);
    expect(asks({ ...claude, turn_id: "1" })).toBe(false);
  });

  test("Gemini CLI", () => {
    expect(said(gemini, yes)).toEqual({ decision: "allow" });
    expect(said(gemini, no)).toEqual({ decision: "deny", reason: "Not on a Friday." });
    expect(said(gemini, changed)).toMatchObject({ hookSpecificOutput: { tool_input: { command: "ls" } } });
  });

  test("Copilot CLI", () => {
    expect(said(copilot, no)).toEqual({
      ...{ permissionDecision: "deny", permissionDecisionReason: "Not on a Friday." },
    });
  });
});
