import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentInput } from "../agents/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

const approved = (config: Parameters<Workshop["approved"]>[2]) =>
  core.approved(core.who.author, core.who.reviewer, config);
const path = (name: string) => join(core.filesDir, name);
const policy = (more: object) => core.policies.create(core.who.admin, policyInput.parse(more));
const reasons = async (taskId: string, action: string) => {
  const query = { task_id: taskId, limit: 200, sort_order: "asc" } as const;
  const { entries } = await core.ledger.list(core.who.admin, query);
  return entries.filter((entry) => entry.action === action).map(({ reason }) => reason);
};

async function agentOf(owner: Actor, more: object): Promise<Actor> {
  const input = agentInput.parse({
    name: `robot of ${owner.name}`,
    owner_id: owner.id,
    connection: { kind: "worker" },
    ...more,
  });
  const { agent } = await core.agents.create(core.who.admin, input);
  return { ...core.who.author, kind: "agent", id: agent.id, name: agent.name, roles: [], owner_id: owner.id };
}

describe("what is applied is what was approved", () => {
  test("a plan that has changed brings the task back to review, with the difference in a new revision", async () => {
    writeFileSync(path("drift.txt"), "before\n");
    const task = await approved(core.fileTask("drift.txt", "after\n"));
    writeFileSync(path("drift.txt"), "somebody else\n");
    expect(await core.run(task.id)).toBe("sent back");
    const back = await core.taskIn(task.id, "REVIEWING");
    expect(back).toMatchObject({ revision: 2, current_approvals: 0, attempts: 0 });
    expect(back.preview?.changes[0]?.diff).toContain("-somebody else");
    const { drift } = await core.views.task(core.who.reviewer, task.id);
    expect(drift).toMatchObject({
      revision: 1,
      reason: "what it would change is no longer what was approved",
    });
    expect(drift?.changes?.[0]?.diff).toContain("-before");
    expect(Date.parse(drift!.approved_at!)).toBeLessThanOrEqual(Date.now());
    const edited = { config: core.fileTask("drift.txt", "another\n") };
    await core.gate.edit(core.who.author, task.id, edited);
    expect((await core.views.task(core.who.reviewer, task.id)).drift).toBeNull();
    expect(await reasons(task.id, "task.drifted")).toEqual([
      "what it would change is no longer what was approved",
    ]);
    expect(readFileSync(path("drift.txt"), "utf8")).toBe("somebody else\n");
  });

  test("what a policy waived once is looked at by a person after a drift", async () => {
    await policy({
      name: "Waive",
      resource_patterns: ["configuration:default/files/waived*"],
      min_approvers: 0,
      auto_approve_if: { resources_in_scope: ["configuration:default/files/waived*"] },
    });
    writeFileSync(path("waived.txt"), "before\n");
    const task = await core.reviewing(core.who.author, core.fileTask("waived.txt", "after\n"));
    expect(task.state).toBe("APPROVED");
    writeFileSync(path("waived.txt"), "somebody else\n");
    expect(await core.run(task.id)).toBe("sent back");
    expect((await core.taskIn(task.id, "REVIEWING", "APPROVED")).state).toBe("REVIEWING");
  });

  test("what cannot be read any more goes back to its author with the reason, and is not tried for ever", async () => {
    writeFileSync(path("folder.txt"), "before\n");
    const task = await approved(core.fileTask("folder.txt", "after\n"));
    rmSync(path("folder.txt"));
    mkdirSync(path("folder.txt"));
    expect(await core.run(task.id)).toBe("sent back");
    const back = await core.taskIn(task.id, "DRAFT");
    expect(back.problem).toMatchObject({ code: "PREVIEW_INVALID" });
    expect(await reasons(task.id, "task.drifted")).toEqual([expect.stringContaining("not an ordinary file")]);
  });

  test("a task that was submitted without a preview keeps its first plan", async () => {
    const { author, reviewer } = core.who;
    const { id } = await core.gate.propose(author, {
      config: core.fileTask("unseen.txt", "x\n"),
      metadata: { tags: [] },
    });
    await core.gate.submit(author, id, { force: false, skip_preview: true });
    const asked = (await core.read(id)).approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id)!;
    await core.gate.respond(reviewer, asked.id, core.yes());
    expect(await core.run(id)).toBe("ended");
    const done = await core.tasks.get(author, id);
    expect(done.execution?.result).toBe("success");
    expect(done.preview?.changes).toHaveLength(1);
  });
});

describe("rights and policies hold at the moment of applying", () => {
  test("an approver who has left approves nothing", async () => {
    const leaver = await core.person(["reviewer"]);
    const task = await core.approved(core.who.author, leaver, core.noopTask());
    await core.identity.users.update(core.who.admin, leaver.id, { active: false });
    expect(await core.run(task.id)).toBe("sent back");
    const back = await core.taskIn(task.id, "REVIEWING");
    expect(back.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(leaver.id);
    expect(await core.effects(task.id)).toBe(0);
  });

  test("a policy that was tightened meanwhile is asked too", async () => {
    const config = core.noopTask();
    const task = await approved(config);
    await policy({
      name: "Two of us",
      resource_patterns: [`service:default/${config.resources[0]!.id}`],
      min_approvers: 2,
    });
    expect(await core.run(task.id)).toBe("sent back");
    expect(await core.taskIn(task.id, "REVIEWING")).toMatchObject({ required_approvals: 2 });
    expect(await reasons(task.id, "task.drifted")).toEqual([
      "the policies of now ask for more: Two of us needs 1 reviewer",
    ]);
  });

  test("a paused agent's approved task goes on, a retired one's ends", async () => {
    const robot = await agentOf(core.who.admin, { task_types: ["test.*"] });
    const first = await core.approved(robot, core.who.reviewer, core.noopTask());
    const second = await core.approved(robot, core.who.reviewer, core.noopTask());
    await core.agents.update(core.who.admin, robot.id, { paused: true });
    expect(await core.run(first.id)).toBe("ended");
    await core.agents.update(core.who.admin, robot.id, { active: false });
    // Its worker or the wake-up of the retirement, whichever is first.
    expect(["sent back", "not due"]).toContain(await core.run(second.id));
    expect((await core.taskIn(second.id, "CANCELLED")).problem?.code).toBe("AGENT_RETIRED");
  });
});

describe("how an attempt ends", () => {
  test("a failure is rolled back where its strategy says so, and says both", async () => {
    const failing = await approved(core.noopTask({ fail: "No more room." }));
    expect(await core.run(failing.id)).toBe("ended");
    expect((await core.tasks.get(core.who.author, failing.id)).execution).toMatchObject({
      result: "failure",
      error: "No more room. What it had done was rolled back.",
    });
    const left = await approved(core.noopTask({ fail: "No more room." }, { rollback_strategy: "none" }));
    await core.run(left.id);
    expect((await core.tasks.get(core.who.author, left.id)).execution?.error).toBe("No more room.");
  });

  test("a time limit ends it, without effect", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 30_000 }, { timeout_seconds: 1 }));
    expect(await core.run(task.id)).toBe("ended");
    expect((await core.tasks.get(core.who.author, task.id)).execution).toMatchObject({ result: "timeout" });
    expect(await core.effects(task.id)).toBe(0);
  });

  test("an admin's abort ends it as cancelled; nobody else may", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 30_000 }));
    const run = core.run(task.id);
    await core.taskIn(task.id, "APPLYING");
    await expect(core.gate.abort(core.who.author, task.id, { reason: "x" })).rejects.toMatchObject({
      status: 403,
    });
    await core.gate.abort(core.who.admin, task.id, { reason: "wrong machine" });
    expect(await run).toBe("ended");
    expect((await core.tasks.get(core.who.author, task.id)).execution).toMatchObject({
      result: "cancelled",
      error: "Aborted by an admin. What it had done was rolled back.",
    });
    expect(await core.effects(task.id)).toBe(0);
  });

  test("what it printed is kept, and streamed while it runs", async () => {
    const task = await approved(core.noopTask({ sleep_ms: 400, output: "one\ntwo\n" }));
    const seen: string[] = [];
    const stop = core.ledger.events.listen([`task:${task.id}`], ({ event, payload }) => {
      if (event === "task:progress" && payload.output) seen.push(String(payload.output));
    });
    await core.run(task.id);
    stop();
    expect(seen.join("")).toBe("one\ntwo\n");
    expect((await core.tasks.get(core.who.author, task.id)).execution?.output).toBe("one\ntwo\n");
  });

  test("a task that was cancelled in time is not applied", async () => {
    const task = await approved(core.noopTask());
    await core.gate.cancel(core.who.author, task.id, {});
    expect(await core.run(task.id)).toBe("not due");
    expect(await core.effects(task.id)).toBe(0);
  });
});

test("an agent has no more tasks applied at once than its capacity", async () => {
  const robot = await agentOf(core.who.admin, { name: "Narrow", capacity: { max_tasks: 1 } });
  const first = await core.approved(robot, core.who.reviewer, core.noopTask({ sleep_ms: 30_000 }));
  const second = await core.approved(robot, core.who.reviewer, core.noopTask());
  const run = core.run(first.id);
  await core.taskIn(first.id, "APPLYING");
  expect(await core.run(second.id)).toBe("blocked");
  expect((await core.tasks.get(robot, second.id)).waiting_for?.text).toContain(`agent:${robot.id}`);
  core.applies = true;
  await core.loseJobs();
  await core.gate.abort(core.who.admin, first.id, { reason: "enough" });
  await run;
  expect((await core.taskIn(second.id, "COMPLETED")).execution?.result).toBe("success");
  core.applies = false;
});
