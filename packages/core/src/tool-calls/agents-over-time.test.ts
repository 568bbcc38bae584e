import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentInput } from "../agents/schema.ts";
import { openWorkshop, type Workshop } from "../applying/applying-fixture.ts";
import { taskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { resourcesOfCall } from "./resources.ts";
import type { ToolCallInput } from "./schema.ts";

let core: Workshop;
let owner: Actor;
beforeAll(async () => {
  core = await openWorkshop();
  owner = await core.person(["author"]);
});
afterAll(() => core.dispose());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const noOptions = { force: false, skip_preview: false };

let count = 0;
async function agentWith(more: object = {}): Promise<Actor> {
  count += 1;
  const input = agentInput.parse({
    ...{ name: `robot ${count}`, owner_id: owner.id, connection: { kind: "worker" } },
    ...more,
  });
  const { agent } = await core.agents.create(core.who.admin, input);
  return { ...owner, kind: "agent", id: agent.id, name: agent.name, roles: [], owner_id: owner.id };
}
function call(more: Partial<ToolCallInput> = {}) {
  count += 1;
  const parameters: ToolCallInput = {
    ...{ tool: "edit_file", kind: "edit", title: `Edit ${count}`, diffs: [], arguments: { path: "/repo/a" } },
    ...{ workspace: { name: "work", root: "/repo" }, ...more },
  };
  return taskConfig.parse({
    ...{ type: "agent.tool_call", description: parameters.title, parameters, rollback_strategy: "none" },
    resources: resourcesOfCall(parameters),
  });
}
const draft = (by: Actor, config = core.noopTask()) =>
  core.gate.propose(by, { config, metadata: { tags: [] } });
const retire = (agent: Actor) => core.agents.update(core.who.admin, agent.id, { active: false });
const setting = (agent: Actor, columns: string) =>
  core.connections.pool.query(`UPDATE agent SET ${columns} WHERE id = $1`, [agent.id]);
const yes = async (who: Actor, taskId: string) => {
  const { approvals } = await core.tasks.get(core.who.admin, taskId);
  return core.gate.respond(who, approvals.find(({ reviewer_id }) => reviewer_id === who.id)!.id, core.yes());
};

describe("attack: an agent prepares drafts, and submits them when it may no longer", () => {
  test("a paused one submits nothing, one that drains ends what it has", async () => {
    const robot = await agentWith();
    const [first, second] = [await draft(robot), await draft(robot)];
    await core.agents.update(owner, robot.id, { draining: true });
    expect((await core.gate.submit(robot, first.id, noOptions)).state).toBe("REVIEWING");
    await core.agents.update(owner, robot.id, { draining: false, paused: true });
    for (const by of [robot, core.who.admin]) {
      await expect(core.gate.submit(by, second.id, noOptions)).rejects.toEqual(code("AGENT_PAUSED"));
    }
    expect((await core.read(second.id)).state).toBe("DRAFT");
  });

  test("what its settings came to forbid is refused", async () => {
    const robot = await agentWith();
    const [one, other] = [await draft(robot), await draft(robot)];
    await setting(robot, "typed = true, task_types = '{configuration.file}'");
    await expect(core.gate.submit(robot, one.id, noOptions)).rejects.toEqual(code("AGENT_TYPE_NOT_ALLOWED"));
    await setting(robot, "typed = false, scoped = true, scopes = '{database:*}'");
    await expect(core.gate.submit(robot, other.id, noOptions)).rejects.toEqual(
      code("AGENT_RESOURCE_NOT_ALLOWED"),
    );
  });
});

describe("what an agent may no longer have", () => {
  test("ends with its retirement, in whichever state it is, with the reason", async () => {
    const robot = await agentWith();
    const open = [
      (await draft(robot)).id,
      (await core.reviewing(robot, core.noopTask())).id,
      (await core.approved(robot, core.who.reviewer, core.noopTask())).id,
      (await core.reviewing(robot, call())).id,
    ];
    await retire(robot);
    for (const id of open) {
      expect((await core.taskIn(id, "CANCELLED")).problem).toEqual({
        code: "AGENT_RETIRED",
        message: "It was cancelled, because its agent was retired.",
      });
      expect((await core.read(id)).approvals.filter(({ status }) => status === "PENDING")).toEqual([]);
    }
    expect(await core.run(open[2]!)).toBe("not due");
  });

  test("is found by the sweep where the job was lost", async () => {
    const robot = await agentWith();
    const { id } = await core.reviewing(robot, core.noopTask());
    // As if it were retired and its wake-up gone with the queue.
    await setting(robot, "active = false, updated_at = now()");
    expect((await core.read(id)).state).toBe("REVIEWING");
    await core.sweep();
    expect((await core.taskIn(id, "CANCELLED")).problem?.code).toBe("AGENT_RETIRED");
  });

  test("does not circle between worker and reviewers, be it a change or a call of a tool", async () => {
    for (const config of [core.noopTask(), call()]) {
      const robot = await agentWith();
      const { id } = await core.reviewing(robot, config);
      await yes(core.who.reviewer, id);
      // Long ago, so that only worker and assessment can notice.
      await setting(robot, "active = false, updated_at = now() - interval '1 day'");
      expect(await core.run(id)).toBe("sent back");
      const ended = await core.taskIn(id, "CANCELLED", "REVIEWING");
      expect(ended).toMatchObject({ state: "CANCELLED", problem: { code: "AGENT_RETIRED" } });
    }
  });

  test("goes back to the agent where only its settings became narrower, and to a draft where its author left", async () => {
    const robot = await agentWith();
    const { id } = await core.approved(robot, core.who.reviewer, core.noopTask());
    await setting(robot, "typed = true, task_types = '{configuration.file}'");
    expect(await core.run(id)).toBe("sent back");
    expect((await core.taskIn(id, "DRAFT", "REVIEWING")).problem?.code).toBe("AGENT_TYPE_NOT_ALLOWED");

    const leaver = await core.person(["author"]);
    const theirs = await core.approved(leaver, core.who.reviewer, core.noopTask());
    await core.identity.users.update(core.who.admin, leaver.id, { active: false });
    expect(await core.run(theirs.id)).toBe("sent back");
    expect((await core.taskIn(theirs.id, "DRAFT", "REVIEWING")).problem).toMatchObject({
      code: "AUTHOR_GONE",
      message: "It does not go on, because its author is no longer active.",
    });
  });
});

describe("an agent's limits", () => {
  const refused = (name: string) =>
    expect.objectContaining({
      status: 429,
      code: "AGENT_LIMIT_REACHED",
      details: expect.objectContaining({ limit: name }),
    });
  const longAgo = (agent: Actor, seconds: number) =>
    core.connections.pool.query(
      "UPDATE task SET created_at = created_at - make_interval(secs => $2) WHERE author_id = $1",
      [agent.id, seconds],
    );

  test("hold however many proposals come at once, and say when there is room again", async () => {
    const robot = await agentWith({ limits: { tasks_per_hour: 3, tokens_per_day: 1 } });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => draft(robot)));
    const reasons = answers.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(reasons).toEqual(Array(7).fill(refused("tasks_per_hour")));
    for (const { message, retryAfterSeconds } of reasons) {
      expect(message).toBe("This agent may propose no more than 3 tasks per hour.");
      expect(retryAfterSeconds).toBeGreaterThan(3_500);
      expect(retryAfterSeconds).toBeLessThanOrEqual(3_600);
    }
    // Others are not held up by it, nor are its calls of tools.
    await draft(await agentWith({ limits: { tasks_per_hour: 3 } }));
    await draft(robot, call());
    await longAgo(robot, 3_590);
    const soon = await draft(robot).catch((error: { retryAfterSeconds: number }) => error.retryAfterSeconds);
    expect(soon).toBeGreaterThan(0);
    expect(soon).toBeLessThanOrEqual(10);
    await longAgo(robot, 10);
    expect((await draft(robot)).state).toBe("DRAFT");
  });

  test("attack: drafts are deleted to make room, also one that a reviewer sent back", async () => {
    const robot = await agentWith({ limits: { tasks_per_hour: 2 } });
    await core.gate.remove(robot, (await draft(robot)).id);
    const { id, approvals } = await core.reviewing(robot, core.noopTask());
    const { reviewer } = core.who;
    await core.gate.respond(reviewer, approvals.find((each) => each.reviewer_id === reviewer.id)!.id, {
      ...{ ...core.yes(), action: "request_changes", reason: "Not like this." },
    });
    await core.taskIn(id, "DRAFT");
    await core.gate.remove(robot, id);
    await expect(draft(robot)).rejects.toEqual(refused("tasks_per_hour"));
  });

  test("hold where they are larger than any count", async () => {
    const robot = await agentWith();
    // As it can have been stored before there was a largest one.
    await setting(robot, `limits = '{"tasks_per_day": 10000000000, "tasks_per_hour": 1e300}'`);
    expect((await draft(robot)).state).toBe("DRAFT");
  });

  test("count calls of tools apart, and nothing becomes the other to go past them", async () => {
    const robot = await agentWith({
      limits: { tool_calls_per_minute: 1, tool_calls_per_day: 2, tasks_per_day: 0 },
    });
    const { id } = await draft(robot, call());
    await expect(draft(robot, call())).rejects.toEqual(refused("tool_calls_per_minute"));
    await longAgo(robot, 60);
    await draft(robot, call());
    await longAgo(robot, 60);
    await expect(draft(robot, call())).rejects.toEqual(refused("tool_calls_per_day"));
    await expect(draft(robot)).rejects.toEqual(refused("tasks_per_day"));
    await expect(core.gate.edit(robot, id, { config: core.noopTask() })).rejects.toEqual(
      code("VALIDATION_ERROR"),
    );
  });
});

describe("a call that its agent waits for", () => {
  const secondsTo = (at: Date | string | null | undefined) =>
    at ? (new Date(at).getTime() - Date.now()) / 1000 : null;

  test("is due when the agent stops waiting, and says so", async () => {
    const robot = await agentWith();
    const { id } = await core.reviewing(robot, call({ wait_seconds: 300 }));
    const record = await core.read(id);
    expect(secondsTo(record.expires_at)).toBeGreaterThan(200);
    for (const { due_at } of record.approvals) expect(new Date(due_at!)).toEqual(record.expires_at);
    const { waiting_for } = await core.tasks.get(robot, id);
    expect(waiting_for).toMatchObject({ whose_move: "reviewers", until: record.expires_at?.toISOString() });
    const [asked] = record.approvals;
    const added = await core.person(["reviewer"]);
    await core.gate.respond(
      { ...core.who.reviewer, id: asked!.reviewer_id, name: asked!.reviewer_name },
      asked!.id,
      { ...core.yes(), action: "delegate", delegate_to: added.id, reason: "Yours." },
    );
    const passedOn = (await core.read(id)).approvals.find(({ reviewer_id }) => reviewer_id === added.id);
    expect(new Date(passedOn!.due_at!)).toEqual(record.expires_at);
    expect(
      (await core.tasks.get(robot, (await core.reviewing(robot, core.noopTask())).id)).waiting_for?.until,
    ).toBe(undefined);
  });

  test("leaves no more time for changing one's mind than half of what is left", async () => {
    const robot = await agentWith();
    const { id } = await core.reviewing(robot, call({ wait_seconds: 8 }));
    const asked = (await core.read(id)).approvals.find(
      ({ reviewer_id }) => reviewer_id === core.who.reviewer.id,
    )!;
    const approve = core.yes();
    await core.gate.respond(core.who.reviewer, asked.id, {
      ...approve,
      options: { ...approve.options, undo_seconds: 600 },
    });
    const record = await core.read(id);
    const release = new Date(record.approvals.find((each) => each.id === asked.id)!.release_at!);
    expect(record.expires_at!.getTime() - release.getTime()).toBeGreaterThan(2_000);
    expect((await core.taskIn(id, "APPROVED", "CANCELLED")).state).toBe("APPROVED");
  });

  test("ends in its time also where a draft became one, and not where it is one no more", async () => {
    const { author } = core.who;
    const { id } = await draft(author);
    expect((await core.read(id)).expires_at).toBe(null);
    const config = call({ wait_seconds: 300 });
    await core.gate.edit(author, id, { config });
    const { expires_at } = await core.read(id);
    expect(secondsTo(expires_at)).toBeGreaterThan(200);
    // Editing wins no time.
    await core.gate.edit(author, id, { config: { ...config, description: "Edit once more" } });
    expect((await core.read(id)).expires_at).toEqual(expires_at);
    await core.gate.edit(author, id, { metadata: { tags: ["one"] } });
    expect((await core.read(id)).expires_at).toEqual(expires_at);
    await core.gate.edit(author, id, { config: core.noopTask() });
    expect((await core.read(id)).expires_at).toBe(null);
  });
});
