import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEffectSink } from "../executors/adapters/noop/effect-sink.ts";
import { attemptContext } from "../executors/contract.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

const approved = (config = core.noopTask()) => core.approved(core.who.author, core.who.reviewer, config);
const shown = (id: string) => core.tasks.get(core.who.author, id);
const once = <T>(all: readonly T[], wanted: T) => all.filter((one) => one === wanted).length;
const sql = (text: string, ...values: unknown[]) => core.connections.pool.query(text, values);

describe("locks", () => {
  test("ten runs of one task at once are one attempt, and disturb nobody", async () => {
    const task = await approved();
    const runs = Array.from({ length: 10 }, (_, index) => core.run(task.id, { id: `worker:${index % 3}` }));
    const outcomes = await Promise.all(runs);
    expect(once(outcomes, "ended")).toBe(1);
    expect(once(outcomes, "not due")).toBe(9);
    expect(await core.effects(task.id)).toBe(1);
    const facts = await core.facts(task.id);
    expect(once(facts, "task.apply_started")).toBe(1);
    expect(once(facts, "task.blocked")).toBe(0);
  });

  test("a lost lock stops the executor, and another attempt does it once; that is no crash", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 30_000 }));
    const run = core.run(task.id);
    await core.taskIn(task.id, "APPLYING");
    const lock = await core.locks.holderOf("task", task.id);
    await core.locks.forceRelease(core.who.admin, { lock_id: lock!.id, reason: "test" });
    expect(await run).toBe("given back");
    expect(await core.effects(task.id)).toBe(0);
    const given = await core.read(task.id);
    expect(given).toMatchObject({ state: "APPROVED", attempts: 1, crashes: 0 });
    expect(await core.applying.recoverLost()).toEqual([]);
  });

  test("a drained worker gives its task back at once", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 30_000 }));
    const drain = new AbortController();
    const run = core.run(task.id, { drain: drain.signal });
    await core.taskIn(task.id, "APPLYING");
    drain.abort("drained");
    expect(await run).toBe("given back");
    expect((await shown(task.id)).waiting_for?.text).toBe("attempt 2 comes next: its worker was stopped");
    expect((await core.read(task.id)).apply_after!.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await core.run(task.id, { drain: drain.signal })).toBe("not due");
  });
});

describe("a worker that died", () => {
  test("its task is tried again, and its effect not repeated where it had taken place", async () => {
    const [before, after] = [await approved(), await approved()];
    for (const { id } of [before, after]) await core.dieWith(id);
    const effect = { idempotency_key: `${after.id}:1`, fencing_token: 1, fencing_tokens: {}, at: "" };
    await createEffectSink(core.sinkDir).record("applied", effect);
    expect((await core.applying.recoverLost()).sort()).toEqual([before.id, after.id].sort());
    for (const { id } of [before, after]) {
      await core.makeDue(id);
      expect(await core.run(id)).toBe("ended");
      expect(await core.effects(id)).toBe(1);
      expect(await shown(id)).toMatchObject({ attempts: 2, execution: { result: "success" } });
      const facts = await core.facts(id);
      expect(once(facts, "task.completed")).toBe(1);
      expect(once(facts, "task.apply_retried")).toBe(1);
    }
    expect((await shown(after.id)).execution?.output).toContain("already done");
  });

  test("where its lease was seen to run out, the next attempt waits for nothing else", async () => {
    const task = await approved();
    const lock = await core.locks.acquire({
      ...{ resource_type: "task", resource_id: task.id, ttl_seconds: 5 },
      ...{ principal_id: "worker:dying", agent_id: "worker:dying" },
    });
    await core.dieWith(task.id, undefined, lock.fencing_token);
    expect(await core.applying.recoverLost()).toEqual([]);
    await expect.poll(() => core.applying.recoverLost(), { timeout: 10_000 }).toEqual([task.id]);
    const { apply_after, now } = await core.read(task.id);
    expect(apply_after!.getTime() - now.getTime()).toBeLessThanOrEqual(2_000);
  }, 15_000);

  test("where its lock vanished instead, the next attempt waits until its holder must have found out", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 1_000 }));
    const run = core.run(task.id);
    await core.taskIn(task.id, "APPLYING");
    const { id } = (await core.locks.holderOf("task", task.id))!;
    await core.connections.redis.hdel("lock:{p0}:resources", id.replaceAll("-", "").slice(0, 12));
    expect(await core.applying.recoverLost()).toEqual([task.id]);
    const { apply_after, now } = await core.read(task.id);
    expect(apply_after!.getTime() - now.getTime()).toBeGreaterThan(4_000);
    expect(await core.run(task.id, { id: "worker:b" })).toBe("not due");
    await run;
    await core.makeDue(task.id);
    expect(await core.run(task.id, { id: "worker:b" })).toBe("ended");
    expect(await core.effects(task.id)).toBe(1);
  });

  test("somebody else's change between two attempts is not overwritten", async () => {
    const path = join(core.filesDir, "between.txt");
    writeFileSync(path, "before\n");
    const config = core.fileTask("between.txt", "after\n");
    const task = await approved(config);
    const context = attemptContext();
    await core.dieWith(task.id, await core.executors.find(config.type).stash(config, context));
    writeFileSync(path, "somebody else\n");
    await core.applying.recoverLost();
    await core.makeDue(task.id);
    expect(await core.run(task.id)).toBe("sent back");
    expect(await core.taskIn(task.id, "REVIEWING")).toMatchObject({ revision: 2 });
  });

  test("after three of them the task is held back, until an admin cancels it", async () => {
    const task = await approved();
    for (let crash = 1; crash <= 3; crash += 1) {
      await core.dieWith(task.id);
      expect(await core.applying.recoverLost()).toEqual([task.id]);
    }
    expect((await shown(task.id)).waiting_for).toMatchObject({
      text: "held back: its worker was lost 3 times while applying it",
      whose_move: "admin",
    });
    expect((await core.read(task.id)).apply_after).toBeNull();
    await core.sweep();
    expect(await core.run(task.id)).toBe("not due");
    expect((await core.gate.cancel(core.who.admin, task.id, {})).state).toBe("CANCELLED");
  });

  test("an admin lets it go on: it is woken, tried again, and its crashes count anew", async () => {
    const task = await approved();
    for (let crash = 1; crash <= 3; crash += 1) {
      await core.dieWith(task.id);
      await core.applying.recoverLost();
    }
    const allowed = async (actor = core.who.admin) => (await core.tasks.get(actor, task.id)).allowed_actions;
    expect(await allowed()).toContain("release");
    expect(await allowed(core.who.author)).not.toContain("release");
    const reason = "The worker's memory was too small";
    await expect(core.gate.releaseHeld(core.who.author, task.id, { reason })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await core.loseJobs();
    const released = await core.gate.releaseHeld(core.who.admin, task.id, { reason });
    expect(released.waiting_for?.text).toBe("waiting for a worker");
    expect(await core.read(task.id)).toMatchObject({ crashes: 0, attempts: 3 });
    await expect(core.gate.releaseHeld(core.who.admin, task.id, { reason })).rejects.toMatchObject({
      code: "INVALID_TRANSITION",
    });
    await core.ledger.settle();
    const jobs = await sql("SELECT data FROM pgboss.job WHERE name = 'apply'");
    expect(jobs.rows).toEqual([{ data: { task_id: task.id } }]);
    expect(await core.run(task.id)).toBe("ended");
    expect(await shown(task.id)).toMatchObject({ attempts: 4, execution: { result: "success" } });
    expect(await core.effects(task.id)).toBe(1);
  });

  test("the fifth attempt is the last", async () => {
    const task = await approved();
    await sql("UPDATE task SET attempts = 4 WHERE id = $1", task.id);
    await core.dieWith(task.id);
    await core.applying.recoverLost();
    expect((await shown(task.id)).execution).toMatchObject({
      result: "unknown",
      error:
        "Given up after 5 attempts: its worker was lost while applying it, and nobody can tell how far it came.",
    });
  });

  test("what an admin had aborted is not tried again", async () => {
    const task = await approved();
    await core.dieWith(task.id);
    await core.gate.abort(core.who.admin, task.id, { reason: "stop it" });
    await core.applying.recoverLost();
    expect(await shown(task.id)).toMatchObject({ state: "COMPLETED", execution: { result: "unknown" } });
    expect(await core.effects(task.id)).toBe(0);
  });

  test("one task that cannot be brought back keeps no other from it", async () => {
    const [alien, other] = [await approved(), await approved()];
    for (const { id } of [alien, other]) await core.dieWith(id);
    await sql(
      `UPDATE task_revision SET config = jsonb_set(config, '{type}', '"gone.type"') WHERE task_id = $1`,
      alien.id,
    );
    expect(await core.applying.recoverLost()).toEqual([other.id]);
    await sql("DELETE FROM task WHERE id = $1", alien.id);
  });

  test("its row accepts no older token", async () => {
    const task = await approved();
    await sql("UPDATE task SET fencing_token = $2 WHERE id = $1", task.id, Number.MAX_SAFE_INTEGER);
    expect(await core.run(task.id)).toBe("not due");
    expect(await core.effects(task.id)).toBe(0);
    await core.gate.cancel(core.who.admin, task.id, {});
  });
});

describe("jobs are only wake-ups", () => {
  test("what has lost its job is found: to be planned, released, applied", async () => {
    const due = await approved();
    const decided = await core.reviewing(core.who.author, core.noopTask());
    const asked = (await core.read(decided.id)).approvals.find(
      ({ reviewer_id }) => reviewer_id === core.who.reviewer.id,
    )!;
    const later = { action: "approve" as const, options: { apply_immediately: false, undo_seconds: 60 } };
    await core.gate.respond(core.who.reviewer, asked.id, later);
    const { id } = await core.gate.propose(core.who.author, {
      config: core.noopTask(),
      metadata: { tags: [] },
    });
    // Planned by now, by this or by its job: nothing is under way that could still touch the row.
    await core.gate.planTask({ task_id: id }, AbortSignal.timeout(10_000));
    await core.loseJobs();
    // As if everything had stood still for a long time.
    await sql("UPDATE approval SET release_at = now() - interval '3 hours' WHERE id = $1", asked.id);
    await sql("UPDATE task SET apply_after = now() - interval '3 hours' WHERE id = $1", due.id);
    await sql(
      "UPDATE task SET state = 'SUBMITTED', updated_at = now() - interval '3 hours' WHERE id = $1",
      id,
    );
    await sql("UPDATE task_revision SET plan_state = 'pending', preview = NULL WHERE task_id = $1", id);
    core.applies = true;
    await core.sweep();
    expect((await core.taskIn(due.id, "COMPLETED")).execution?.result).toBe("success");
    expect((await core.taskIn(id, "REVIEWING")).preview?.valid).toBe(true);
    expect((await core.taskIn(decided.id, "APPROVED", "APPLYING", "COMPLETED")).state).toBeTruthy();
    core.applies = false;
  });

  test("a full queue gets no more wake-ups from the sweep", async () => {
    const due = await approved();
    await core.loseJobs();
    await sql("UPDATE task SET apply_after = now() - interval '1 minute' WHERE id = $1", due.id);
    await sql(
      `INSERT INTO pgboss.job (id, name, data, start_after)
        SELECT gen_random_uuid(), 'apply', '{}', now() + interval '1 hour' FROM generate_series(1, 2001)`,
    );
    await core.sweep();
    const { rows } = await sql("SELECT count(*)::int AS jobs FROM pgboss.job WHERE name = 'apply'");
    expect(rows[0].jobs).toBe(2001);
    await core.loseJobs();
    await core.gate.cancel(core.who.author, due.id, {});
  });
});

test("the ledger of all this verifies", async () => {
  await core.ledger.settle();
  expect(await core.ledger.verify()).toMatchObject({ ok: true, fault: null });
});
