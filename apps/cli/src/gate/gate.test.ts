import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import type { TaskEntry } from "@ade/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newConfigFolder, runAde } from "../run-ade.ts";

let server: TestServer;
let url: string;
let boss: Caller;
let rex: Caller;
let sue: Caller;
let agent: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  boss = await server.person("boss", ["admin"]);
  rex = await server.person("rex", ["reviewer"]);
  sue = await server.person("sue", ["reviewer"]);
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

/** A reviewer gives other arguments, and another one approves them. */
async function change(id: string, given: object): Promise<void> {
  const changed = await server.call(rex, "POST", `/tasks/${id}/arguments`, {
    ...{ arguments: given, reason: "Staging first." },
  });
  expect(changed.statusCode, changed.body).toBe(200);
  const read = async () => (await server.call(boss, "GET", `/tasks/${id}`)).json() as TaskEntry;
  await expect
    .poll(async () => (({ state, revision }) => ({ state, revision }))(await read()), { timeout: 15_000 })
    .toEqual({ state: "REVIEWING", revision: 2 });
  const { approvals } = await read();
  expect(approvals.map(({ reviewer_name }) => reviewer_name)).toEqual(["sue"]);
  const yes = await server.call(sue, "POST", `/approvals/${approvals[0]!.id}/respond`, { action: "approve" });
  expect(yes.statusCode).toBe(200);
}

test("other arguments are what the agent runs, with its own secret put back", {
  timeout: 60_000,
}, async () => {
  const call = bash();
  const hook = gate(call);
  const { id } = await taskOf(call, "REVIEWING");
  await change(id, { command: "make deploy-staging", token: "••••••" });
  expect(said(await hook)).toMatchObject({
    permissionDecision: "allow",
    updatedInput: { command: "make deploy-staging", token: "sesame" },
  });
});

test("a text that was changed around a secret is not run as it was, but asked about again", {
  timeout: 60_000,
}, async () => {
  const call = bash("deploy --token=sesame --prod");
  const hook = gate(call);
  const { id } = await taskOf(call, "REVIEWING");
  await change(id, { command: "deploy --token=•••••• --staging", token: "••••••" });
  const { permissionDecision, permissionDecisionReason } = said(await hook);
  expect(permissionDecision).toBe("deny");
  expect(permissionDecisionReason).toContain("Staging first.");
  expect(permissionDecisionReason).toContain("--staging");
});

test("an argument that was taken away is not left where the agent would keep its own", {
  timeout: 60_000,
}, async () => {
  const session_id = `g-${crypto.randomUUID()}`;
  const tool_input = { command: "make deploy", force: true };
  const hook = gate({
    hook_event_name: "BeforeTool",
    session_id,
    tool_name: "run_shell_command",
    tool_input,
  });
  const find = async () =>
    (await server.call(agent, "GET", "/tasks?limit=100"))
      .json()
      .tasks.find((task: TaskEntry) => task.config.parameters.session_id === session_id);
  await expect.poll(async () => (await find())?.state, { timeout: 15_000 }).toBe("REVIEWING");
  await change((await find()).id, { command: "make deploy" });
  const answered = JSON.parse((await hook).stdout);
  expect(answered).toMatchObject({ decision: "deny", reason: expect.stringContaining("Ask again with") });
});

test("a server that hangs once the time is over does not hold up the answer", {
  timeout: 60_000,
}, async () => {
  const hanging = createServer((incoming, outgoing) => {
    if (/\/(cancel|end)$/.test(incoming.url!)) return;
    const { method, headers } = incoming;
    const onward = request(`${url}${incoming.url}`, { method, headers }, (given) => {
      outgoing.writeHead(given.statusCode!, given.headers);
      given.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(hanging, "listening");
  const cancelled = once(hanging, "request").then(async function isCancel([incoming]): Promise<void> {
    if (!incoming.url.endsWith("/cancel")) return isCancel(await once(hanging, "request"));
  });
  const call = bash();
  const hook = gate(call, ["--wait", "4"], `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`);
  await cancelled;
  const since = performance.now();
  expect(said(await hook)).toMatchObject({ permissionDecision: "deny" });
  // The server's answer may take 10 s; whatever the machine does meanwhile, it was not waited for.
  expect(performance.now() - since).toBeLessThan(8_000);
  hanging.closeAllConnections();
  hanging.close();
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
