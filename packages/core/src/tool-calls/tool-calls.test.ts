import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentInput } from "../agents/schema.ts";
import { openWorkshop, type Workshop } from "../applying/applying-fixture.ts";
import { taskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";
import { resourcesOfCall } from "./resources.ts";
import type { ToolCallInput } from "./schema.ts";

let core: Workshop;
let owner: Actor;
let agent: Actor;
beforeAll(async () => {
  core = await openWorkshop();
  core.applies = true;
  owner = await core.person(["author", "reviewer"]);
  agent = await agentWith({});
});
afterAll(() => core.dispose());

let count = 0;
async function agentWith(more: object): Promise<Actor> {
  count += 1;
  const input = agentInput.parse({
    name: `coder ${count}`,
    owner_id: owner.id,
    connection: { kind: "mcp" },
    ...more,
  });
  const made = await core.agents.create(core.who.admin, input);
  return { ...owner, kind: "agent", id: made.agent.id, name: made.agent.name, roles: [], owner_id: owner.id };
}

function call(more: Partial<ToolCallInput> = {}, over: object = {}) {
  count += 1;
  const parameters: ToolCallInput = {
    tool: "edit_file",
    kind: "edit",
    title: `Edit file ${count}`,
    arguments: { path: `/repo/file-${count}.txt`, content: "new\n", token: "sesame" },
    diffs: [{ path: `/repo/file-${count}.txt`, old_text: "old\n", new_text: "new\n" }],
    workspace: { name: "work", root: "/repo" },
    ...more,
  };
  return taskConfig.parse({
    type: "agent.tool_call",
    description: parameters.title,
    resources: resourcesOfCall(parameters),
    parameters,
    rollback_strategy: "none",
    ...over,
  });
}

const ask = (config = call(), by = agent) => core.reviewing(by, config);
const approve = async (who: Actor, taskId: string) => {
  const task = await core.tasks.get(core.who.admin, taskId);
  const approval = task.approvals.find(({ reviewer_id }) => reviewer_id === who.id)!;
  return core.gate.respond(who, approval.id, core.yes());
};
const heldBy = async (key: string) => (await core.locks.holderOf("resource", key))?.owner_id ?? null;

describe("the life of a call", () => {
  test("is shown with its diff and without its secrets, asked of people, let, run under its lock and ended", async () => {
    const task = await ask();
    const file = task.config.resources[1]!;
    const key = `storage:work/${file.id}`;
    expect(task.state).toBe("REVIEWING");
    expect(task.config.parameters.arguments).toMatchObject({ token: "••••••" });
    expect(task.preview).toMatchObject({ valid: true, warnings: [] });
    expect(task.preview?.changes[1]).toMatchObject({ resource: { id: file.id }, action: "write" });
    expect(task.preview?.changes[1]?.diff).toContain("-old\n+new");
    await expect(core.toolCalls.end(agent, task.id, { outcome: "completed" })).rejects.toMatchObject({
      code: "TOOL_CALL_NOT_RUNNING",
    });
    const waited = core.tasks.wait(agent, task.id, { states: ["APPLYING"], wait_seconds: 30 });
    await approve(owner, task.id);
    expect((await waited).state).toBe("APPLYING");
    expect(await heldBy(key)).toBe(task.id);
    const told = await core.toolCalls.end(agent, task.id, { outcome: "completed", output: "3 lines" });
    expect(await core.toolCalls.end(agent, task.id, { outcome: "completed" })).toMatchObject({
      reported_at: told.reported_at,
    });
    await expect(core.toolCalls.end(agent, task.id, { outcome: "failed" })).rejects.toMatchObject({
      code: "TOOL_CALL_ENDED",
    });
    const ended = await core.taskIn(task.id, "COMPLETED");
    expect(ended.execution).toMatchObject({ result: "success", output: "3 lines" });
    await expect.poll(() => heldBy(key)).toBeNull();
    expect(await core.facts(task.id)).toContain("tool_call.ended");
  });

  test.each([
    ["failed", "failure"],
    ["cancelled", "cancelled"],
    ["unknown", "unknown"],
  ] as const)("an agent that says %s ends it as %s", async (outcome, result) => {
    const { id } = await ask();
    await approve(core.who.reviewer, id);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(agent, id, { outcome, message: "Because." });
    const { execution } = await core.taskIn(id, "COMPLETED");
    expect(execution).toMatchObject({ result, error: "Because." });
  });

  test("an agent that says nothing is not waited for longer than the time limit", async () => {
    const { id } = await ask(call({}, { timeout_seconds: 1 }));
    await approve(core.who.reviewer, id);
    const { execution } = await core.taskIn(id, "COMPLETED");
    expect(execution).toMatchObject({
      result: "timeout",
      error: "The agent did not say within 1 s how the call ended.",
    });
  });

  test("one that never says how its calls end has its record end with the permission", async () => {
    const { id } = await ask(call({ reports_end: false }));
    await approve(core.who.reviewer, id);
    const { execution } = await core.taskIn(id, "COMPLETED");
    expect(execution).toMatchObject({ result: "success", output: "The agent was told that it may.\n" });
  });

  test("another worker waits on for the same call where the first was drained", async () => {
    const drained = new AbortController();
    core.applies = false;
    const { id } = await ask();
    await approve(core.who.reviewer, id);
    const first = core.run(id, { drain: drained.signal });
    await core.taskIn(id, "APPLYING");
    drained.abort("drained");
    expect(await first).toBe("given back");
    await core.toolCalls.end(agent, id, { outcome: "failed", message: "No such file." });
    expect(await core.run(id)).toBe("ended");
    core.applies = true;
    expect((await core.tasks.get(agent, id)).execution).toMatchObject({
      result: "failure",
      error: "No such file.",
    });
  });

  test("where an agent that sent heartbeats fell silent in the middle, nobody can tell how it ended", async () => {
    const beating = await agentWith({});
    await core.agents.heartbeat(beating, beating.id, { active_tasks: 1 });
    const drained = new AbortController();
    core.applies = false;
    const { id } = await ask(call(), beating);
    await approve(core.who.reviewer, id);
    const first = core.run(id, { drain: drained.signal });
    await core.taskIn(id, "APPLYING");
    drained.abort("drained");
    expect(await first).toBe("given back");
    const { pool } = core.connections;
    await pool.query("UPDATE task SET started_at = now() - interval '90 s' WHERE id = $1", [id]);
    await pool.query("UPDATE agent SET last_heartbeat_at = now() - interval '61 s' WHERE id = $1", [
      beating.id,
    ]);
    expect(await core.run(id)).toBe("ended");
    core.applies = true;
    expect((await core.tasks.get(beating, id)).execution).toMatchObject({
      result: "unknown",
      error: "Its agent fell silent 61 s ago: nobody can tell how far it came.",
    });
  });

  test("what nobody answers while the agent waits is cancelled, and what is running is not", async () => {
    const [late, running] = [await ask(), await ask()];
    await approve(core.who.reviewer, running.id);
    await core.taskIn(running.id, "APPLYING");
    await core.connections.pool.query(
      "UPDATE task SET expires_at = now() - interval '1 s' WHERE id = ANY($1)",
      [[late.id, running.id]],
    );
    await core.sweep();
    expect(await core.tasks.get(agent, late.id)).toMatchObject({
      state: "CANCELLED",
      problem: { code: "EXPIRED" },
    });
    expect((await core.tasks.get(agent, running.id)).state).toBe("APPLYING");
    await core.toolCalls.end(agent, running.id, { outcome: "completed" });
    await core.taskIn(running.id, "COMPLETED");
  });

  test("what its agent says at the end is stored nowhere with its secrets, and the ledger has no word of them", async () => {
    const { id } = await ask();
    await approve(core.who.reviewer, id);
    await core.taskIn(id, "APPLYING");
    const said = { message: "psql postgres://app:hunter2@db/x failed", output: "export API_TOKEN=hunter2\n" };
    const told = await core.toolCalls.end(agent, id, { outcome: "failed", ...said });
    expect(told).toMatchObject({
      message: "psql postgres://app:••••••@db/x failed",
      output: "export API_TOKEN=••••••\n",
    });
    const { execution } = await core.taskIn(id, "COMPLETED");
    expect(execution).toMatchObject({ result: "failure", error: told.message });
    const { rows } = await core.connections.pool.query(
      `SELECT count(*)::int AS kept FROM ledger_entry e, tool_call_end t
        WHERE t.task_id = $1 AND (e::text LIKE '%hunter2%' OR t::text LIKE '%hunter2%')`,
      [id],
    );
    expect(rows).toEqual([{ kept: 0 }]);
  });

  test("only its own agent says how it ended, and nothing can be rolled back", async () => {
    const { id } = await ask();
    await expect(core.toolCalls.end(owner, id, { outcome: "completed" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const config = { ...call(), rollback_strategy: "automatic" as const };
    await expect(core.gate.propose(agent, { config, metadata: { tags: [] } })).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
    });
  });
});

describe("what is asked for is bounded, and nothing of it is left out", () => {
  const refused = (more: Partial<ToolCallInput>) => {
    const config = { ...call(), parameters: { ...call().parameters, ...more } };
    const input = { config, metadata: { tags: [] }, dry_run: false };
    return expect(core.gate.simulate(agent, input)).rejects;
  };

  test("a file that hides behind sixty harmless ones is no file less: the call is refused", async () => {
    const locations = Array.from({ length: 60 }, (_, index) => ({ path: `docs/${index}.md` }));
    await refused({ locations, arguments: { path: "/etc/cron.d/x" }, diffs: [] }).toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("name 61 files, and 60 are the most"),
    });
    const { id } = await ask(
      call({ locations: locations.slice(1), arguments: { path: "/etc/cron.d/x" }, diffs: [] }),
    );
    const { preview } = await core.tasks.get(agent, id);
    expect(preview?.changes.map(({ resource }) => resource.id)).toContain("etc/cron.d/x");
  });

  test("a mebibyte of arguments, or a nest of them, is refused before anything reads it", async () => {
    const issue = {
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("config.parameters.arguments"),
    };
    await refused({ arguments: { x: "a.".repeat(400_000) } }).toMatchObject(issue);
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    await refused({ arguments: { deep } }).toMatchObject(issue);
    await refused({ title: "x".repeat(501) }).toMatchObject({ code: "VALIDATION_ERROR" });
  });
});

describe("who decides", () => {
  test("a tool that the agent's settings deny is refused at once, and nothing is kept", async () => {
    const denied = await agentWith({ tools: [{ name: "edit_file", permission: "deny" }] });
    const refused = core.gate.propose(denied, { config: call(), metadata: { tags: [] } });
    await expect(refused).rejects.toMatchObject({ code: "AGENT_TOOL_DENIED", status: 403 });
    const { tasks } = await core.tasks.list(denied, {
      ...{ page: 1, limit: 10, sort_by: "created_at", sort_order: "desc" },
    });
    expect(tasks).toEqual([]);
  });

  test("an allowed one passes by itself, says why, and a policy that demands people beats it", async () => {
    const allowed = await agentWith({ tools: [{ name: "edit", permission: "allow" }] });
    const passed = await ask(call(), allowed);
    expect(["APPROVED", "APPLYING"]).toContain(passed.state);
    const record = await core.read(passed.id);
    expect(record.requirements).toMatchObject([{ id: "allowed", auto_approved: true, candidates: [] }]);
    await core.taskIn(passed.id, "APPLYING");
    await core.toolCalls.end(allowed, passed.id, { outcome: "completed" });
    await core.policies.create(
      core.who.admin,
      policyInput.parse({ name: "Infra", resource_patterns: ["storage:work/infra/**"] }),
    );
    const path = "/repo/infra/main.tf";
    const held = await ask(call({ arguments: { path }, diffs: [] }), allowed);
    expect(held.state).toBe("REVIEWING");
    // The policy does not say that the owner may answer.
    expect(held.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(owner.id);
  });

  test("a grant lets it pass, each hit is counted, and once revoked people are asked again", async () => {
    const granted = await agentWith({});
    const other = await core.person(["admin"]);
    const grant = await core.agents.grants.create(other, granted.id, {
      ...{ tool: "edit_file", resources: null, expires_in_days: 1 },
    });
    const hits = async () =>
      (await core.agents.grants.list(core.who.admin, granted.id)).find(({ id }) => id === grant.id)?.hits;
    const { id } = await ask(call(), granted);
    expect((await core.read(id)).requirements).toMatchObject([{ grant_id: grant.id }]);
    expect(await hits()).toBe(1);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(granted, id, { outcome: "completed" });
    await core.agents.grants.revoke(core.who.admin, granted.id, grant.id);
    expect((await ask(call(), granted)).state).toBe("REVIEWING");
    expect(await hits()).toBe(1);
  });

  test("an approval with “allow always” grants calls like it, once the task is approved and not before", async () => {
    const always = await agentWith({});
    const grants = () => core.agents.grants.list(core.who.admin, always.id);
    const config = call();
    const { id } = await ask(config, always);
    const task = await core.tasks.get(core.who.admin, id);
    const respond = (who: Actor, options: object) =>
      core.gate.respond(who, task.approvals.find(({ reviewer_id }) => reviewer_id === who.id)!.id, {
        action: "approve",
        options: { apply_immediately: false, undo_seconds: 0, ...options },
      });
    const allow_always = { expires_in_days: 7 };
    await expect(respond(owner, { allow_always })).rejects.toMatchObject({ code: "FORBIDDEN" });
    // The page of the task says beforehand what the answer would meet.
    expect(await core.views.task(owner, id)).toMatchObject({
      may_allow_always: false,
      why_not_always: "Whoever owns an agent does not grant it anything.",
    });
    expect(await core.views.task(core.who.reviewer, id)).toMatchObject({
      may_allow_always: true,
      why_not_always: null,
    });
    const wider = { allow_always: { ...allow_always, resources: null } };
    await expect(respond(core.who.reviewer, wider)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await respond(core.who.reviewer, { allow_always, undo_seconds: 30 });
    expect(await grants()).toEqual([]);
    await core.connections.pool.query("UPDATE approval SET release_at = now() WHERE task_id = $1", [id]);
    await core.gate.release(id);
    expect(await grants()).toMatchObject([
      { tool: "edit_file", task_id: id, granted_by: { id: core.who.reviewer.id }, active: true },
    ]);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(always, id, { outcome: "completed" });
    await core.taskIn(id, "COMPLETED");
    const again = await ask(config, always);
    expect(["APPROVED", "APPLYING"]).toContain(again.state);
    expect((await ask(call(), always)).state).toBe("REVIEWING");
    expect((await grants())[0]).toMatchObject({ hits: 1, kind: "edit" });
    // Attack: what was allowed for an edit is asked for as a deletion, or as a call that names no file.
    const parameters = { ...config.parameters, kind: "delete", diffs: [] } as Partial<ToolCallInput>;
    expect((await ask(call(parameters), always)).state).toBe("REVIEWING");
    const hidden = { arguments: { edits: [{ file: "/repo/other.txt" }] }, diffs: [] };
    expect((await ask(call(hidden), always)).state).toBe("REVIEWING");
    expect((await grants())[0]?.hits).toBe(1);
    await core.taskIn(again.id, "APPLYING");
    await core.toolCalls.end(always, again.id, { outcome: "completed" });
  });

  test("a call that names nothing but its tool is not allowed always by who looks at it: all of them would be", async () => {
    const always = await agentWith({});
    const bash = { tool: "Bash", kind: "execute" as const, arguments: { command: "npm test" }, diffs: [] };
    const { id, approvals } = await core.tasks.get(core.who.admin, (await ask(call(bash), always)).id);
    const respond = (allow_always: object) =>
      core.gate.respond(
        core.who.reviewer,
        approvals.find((each) => each.reviewer_id === core.who.reviewer.id)!.id,
        {
          action: "approve",
          options: {
            apply_immediately: false,
            undo_seconds: 0,
            allow_always: { expires_in_days: 7, ...allow_always },
          },
        },
      );
    await expect(respond({})).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ issue: expect.stringContaining("names nothing that it touches but its tool") }],
    });
    await expect(respond({ resources: null })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await core.tasks.get(core.who.admin, id)).state).toBe("REVIEWING");
  });

  test("a grant lets no call of HIGH risk pass, and the agent's own settings do", async () => {
    const live = { workspace: { name: "live", root: "/x" }, kind: "delete" as const };
    const granted = await agentWith({});
    await core.agents.grants.create(core.who.admin, granted.id, {
      ...{ tool: "edit_file", resources: null, expires_in_days: 1 },
    });
    const high = await ask(call(live), granted);
    expect(high).toMatchObject({ state: "REVIEWING", risk: { level: "HIGH" } });
    const trusted = await agentWith({ tools: [{ name: "edit_file", permission: "allow" }] });
    expect((await ask(call(live), trusted)).state).not.toBe("REVIEWING");
  });

  test("its owner may answer below HIGH where nothing forbids it, and not at HIGH", async () => {
    const low = await ask();
    expect(low.allowed_actions).not.toContain("respond");
    expect((await core.tasks.get(owner, low.id)).allowed_actions).toContain("respond");
    await approve(owner, low.id);
    const high = await ask(call({ workspace: { name: "live", root: "/x" }, kind: "delete" }));
    expect(high.risk?.level).toBe("HIGH");
    expect(high.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(owner.id);
    const other = high.approvals[0]!.id;
    const admin = { ...owner, roles: ["admin" as const] };
    await expect(core.gate.respond(admin, other, core.yes())).rejects.toMatchObject({
      code: "SELF_APPROVAL",
    });
    const { approvals } = await core.tasks.get(core.who.admin, high.id);
    const mine = approvals.find(({ reviewer_id }) => reviewer_id === core.who.reviewer.id)!.id;
    const yes = core.yes();
    const always = { ...yes, options: { ...yes.options, allow_always: { expires_in_days: 7 } } };
    await expect(core.gate.respond(core.who.reviewer, mine, always)).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ field: "options.allow_always", issue: "A call of HIGH risk is looked at each time." }],
    });
  });
});

describe("other arguments", () => {
  const change = (who: Actor, id: string) =>
    core.toolCalls.changeArguments(who, id, {
      arguments: { path: "/repo/safe.txt", content: "new\n" },
      reason: "Not that file.",
    });

  test("are a new revision that shows what was changed and by whom, and which their editor does not approve", async () => {
    const { id } = await ask(call({ takes_changes: true }));
    await change(core.who.reviewer, id);
    const changed = await core.taskIn(id, "REVIEWING");
    expect(changed).toMatchObject({
      revision: 2,
      config: { parameters: { diffs: [], arguments: { path: "/repo/safe.txt" } } },
    });
    const task = await core.tasks.get(agent, id);
    expect(task.preview?.changes[0]?.diff).toContain("/repo/safe.txt");
    expect(task.preview?.warnings[0]).toContain("changed the arguments: Not that file.");
    expect(task.preview?.changes.map(({ resource }) => resource.id)).toEqual(["edit_file", "safe.txt"]);
    expect(task.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(core.who.reviewer.id);
    await approve(core.who.second, id);
    const may = await core.taskIn(id, "APPLYING");
    expect(may.config.parameters.changed).toMatchObject({
      by: { name: core.who.reviewer.name },
      reason: "Not that file.",
    });
    await core.toolCalls.end(agent, id, { outcome: "completed" });
  });

  test("are no secrets: masked, nobody could tell them from the agent's own", async () => {
    const { id } = await ask(call({ takes_changes: true, arguments: { path: "/repo/a", token: "sesame" } }));
    const given = { path: "/repo/b", token: "another" };
    await expect(
      core.toolCalls.changeArguments(core.who.reviewer, id, { arguments: given, reason: "Not that one." }),
    ).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ field: "arguments", issue: expect.stringContaining("(arguments.token)") }],
    });
    expect((await core.tasks.get(agent, id)).revision).toBe(1);
  });

  test("a policy may let their editor approve", async () => {
    await core.policies.create(
      core.who.admin,
      policyInput.parse({
        ...{ name: "Editors may", resource_patterns: ["storage:lenient/**"] },
        ...{ editor_may_approve: true, owner_may_answer: true },
      }),
    );
    const workspace = { name: "lenient", root: "/repo" };
    const { id } = await ask(call({ workspace }));
    await change(owner, id);
    await core.taskIn(id, "REVIEWING");
    await approve(owner, id);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(agent, id, { outcome: "completed" });
  });

  test("are for reviewers who are asked, of tool calls only", async () => {
    const { id } = await ask();
    await expect(change(core.who.author, id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(change(agent, id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const other = await core.reviewing(core.who.author, core.noopTask());
    await expect(change(core.who.reviewer, other.id)).rejects.toMatchObject({ code: "NOT_A_TOOL_CALL" });
  });
});
