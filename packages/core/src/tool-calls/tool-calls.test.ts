import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Callers, openCallers } from "./tool-calls-fixture.ts";

let core: Callers["core"];
let owner: Callers["owner"];
let agent: Callers["agent"];
let agentWith: Callers["agentWith"];
let call: Callers["call"];
let ask: Callers["ask"];
let approve: Callers["approve"];
beforeAll(async () => {
  ({ core, owner, agent, agentWith, call, ask, approve } = await openCallers());
});
afterAll(() => core.dispose());

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
