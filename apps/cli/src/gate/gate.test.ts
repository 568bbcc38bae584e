import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import type { TaskEntry } from "@ade/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newConfigFolder, runAde } from "../run-ade.ts";

let server: TestServer;
let url: string;
let boss: Caller;
let rex: Caller;
let agent: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  boss = await server.person("boss", ["admin"]);
  rex = await server.person("rex", ["reviewer"]);
  await server.person("sue", ["reviewer"]);
  agent = await server.agent("coder", boss);
});
afterAll(() => server.close());

const XDG_STATE_HOME = newConfigFolder();
let count = 0;
const bash = (command = "make deploy", more: object = {}) => {
  count += 1;
  const id = { session_id: "s", tool_use_id: `t-${count}` };
  return {
    ...id,
    cwd: "/w",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command, token: "sesame" },
    ...more,
  };
};
const gate = (input: unknown, flags: string[] = [], at = url) =>
  runAde(["--url", at, "gate", ...flags], {
    env: { XDG_STATE_HOME, ADE_API_KEY: agent.authorization.slice("Bearer ".length) },
    input: typeof input === "string" ? input : JSON.stringify(input),
  });
const said = ({ stdout }: { stdout: string }) => JSON.parse(stdout).hookSpecificOutput;
const find = async (callId: string, state: string): Promise<TaskEntry | undefined> =>
  (await server.call(agent, "GET", "/tasks?limit=100"))
    .json()
    .tasks.find((task: TaskEntry) => task.config.parameters.tool_call_id === callId && task.state === state);
async function taskOf(call: { tool_use_id: string }, state: string): Promise<TaskEntry> {
  await expect.poll(() => find(call.tool_use_id, state), { timeout: 15_000 }).toBeDefined();
  return (await find(call.tool_use_id, state))!;
}
async function answer(task: TaskEntry, action: string, reason?: string) {
  const { approvals } = (await server.call(boss, "GET", `/tasks/${task.id}`)).json() as TaskEntry;
  const { id } = approvals.find(({ reviewer_id }) => reviewer_id === rex.id) ?? approvals[0]!;
  const as = id === approvals.find(({ reviewer_id }) => reviewer_id === rex.id)?.id ? rex : boss;
  const response = await server.call(as, "POST", `/approvals/${id}/respond`, {
    action,
    ...(reason ? { reason } : {}),
  });
  expect(response.statusCode).toBe(200);
}

test("a yes lets it run, and the hook after it ends its record", { timeout: 60_000 }, async () => {
  const call = bash();
  const hook = gate(call, ["--ends"]);
  await answer(await taskOf(call, "REVIEWING"), "approve");
  const ended = await hook;
  expect(said(ended)).toMatchObject({
    permissionDecision: "allow",
    permissionDecisionReason: "Approved by rex.",
  });
  expect((await taskOf(call, "APPLYING")).config.parameters).toMatchObject({
    protocol: "hook",
    kind: "execute",
  });
  const after = await gate({ ...call, hook_event_name: "PostToolUseFailure", error: "exit code 2" });
  expect(after).toMatchObject({ code: 0, stdout: "" });
  expect((await taskOf(call, "COMPLETED")).execution).toMatchObject({
    result: "failure",
    error: "exit code 2",
  });
});

test("a no is a no with its reason", { timeout: 60_000 }, async () => {
  const call = bash();
  const hook = gate(call);
  await answer(await taskOf(call, "REVIEWING"), "reject", "Not on a Friday.");
  expect(said(await hook)).toMatchObject({
    permissionDecision: "deny",
    permissionDecisionReason: "rex: Not on a Friday.",
  });
});

test("other arguments are what the agent runs, with its own secret put back", {
  timeout: 60_000,
}, async () => {
  const call = bash();
  const hook = gate(call);
  const { id } = await taskOf(call, "REVIEWING");
  const changed = await server.call(rex, "POST", `/tasks/${id}/arguments`, {
    ...{ arguments: { command: "make deploy-staging", token: "••••••" }, reason: "Staging first." },
  });
  expect(changed.statusCode).toBe(200);
  await expect.poll(async () => (await find(call.tool_use_id, "REVIEWING"))?.revision).toBe(2);
  const { approvals } = (await server.call(boss, "GET", `/tasks/${id}`)).json() as TaskEntry;
  expect(approvals.map(({ reviewer_name }) => reviewer_name)).toEqual(["sue"]);
  const sue = (await server.core.identity.directory()).find(({ name }) => name === "sue")!;
  await server.core.gate.respond(
    {
      kind: "user",
      id: sue.id,
      name: "sue",
      roles: ["reviewer"],
      groups: [],
      scopes: null,
      owner_id: null,
      via: "session:t",
      where: { service: "t" },
    },
    approvals[0]!.id,
    server.core.yes(),
  );
  expect(said(await hook)).toMatchObject({
    permissionDecision: "allow",
    updatedInput: { command: "make deploy-staging", token: "sesame" },
  });
});

test("where nobody answers it is a no, or a question where that was asked for; nothing stays pending", {
  timeout: 60_000,
}, async () => {
  const [one, other] = [bash(), bash()];
  const [denied, asked] = await Promise.all([
    gate(one, ["--wait", "2"]),
    gate(other, ["--wait", "2", "--unanswered", "ask"]),
  ]);
  expect(said(denied)).toMatchObject({
    permissionDecision: "deny",
    permissionDecisionReason: "Nobody answered within 2 s.",
  });
  expect(said(asked).permissionDecision).toBe("ask");
  await taskOf(one, "CANCELLED");
  await taskOf(other, "CANCELLED");
});

test("it fails closed", { timeout: 60_000 }, async () => {
  const [garbage, unknown, away, person] = await Promise.all([
    gate("no JSON"),
    gate({ hook_event_name: "SomethingNew" }),
    gate(bash(), [], "http://127.0.0.1:1"),
    runAde(["--url", url, "gate"], { env: { XDG_STATE_HOME }, input: JSON.stringify(bash()) }),
  ]);
  expect(garbage).toMatchObject({ code: 2, stdout: "" });
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(said(away)).toMatchObject({ permissionDecision: "deny" });
  expect(said(away).permissionDecisionReason).toContain("does not answer");
  expect(said(person)).toMatchObject({ permissionDecision: "deny" });
});
