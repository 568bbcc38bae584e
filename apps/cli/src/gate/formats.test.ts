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
  const mcp = { ...cursor, hook_event_name: "beforeMCPExecution", tool_name: "pay", tool_input: '{"sum":1}' };
  expect(formatOf(mcp, "auto")!.read(mcp)).toMatchObject({
    call: { tool: "pay", kind: "other", arguments: { sum: 1 } },
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
    expect(said({ ...cursor, hook_event_name: "beforeReadFile" }, { ...no, decision: "ask" })).toEqual({
      permission: "deny",
    });
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
