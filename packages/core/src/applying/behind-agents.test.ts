import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentInput } from "../agents/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
let bob: Actor;
let carol: Actor;
beforeAll(async () => {
  core = await openWorkshop();
  [bob, carol] = [await core.person(["reviewer"]), await core.person(["reviewer"])];
});
afterAll(() => core.dispose());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const agentOf = (owner: Actor, by = core.who.admin) =>
  core.agents.create(
    by,
    agentInput.parse({
      name: `a-${core.noopTask().resources[0]!.id}`,
      owner_id: owner.id,
      connection: { kind: "mcp" },
    }),
  );
const actorOf = (key: string): Promise<Actor | null> =>
  core.identity.resolveActor({ authorization: `Bearer ${key}`, where: core.who.admin.where });

/** One answer for all ways to say yes: by a request, by somebody else's request, by going past review. */
async function expectNoSay(person: Actor, taskId: string): Promise<void> {
  const task = await core.tasks.get(person, taskId);
  expect(task.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(person.id);
  expect(task.allowed_actions).not.toContain("respond");
  await expect(core.gate.respond(person, task.approvals[0]!.id, core.yes())).rejects.toEqual(
    code("SELF_APPROVAL"),
  );
  await expect(
    core.gate.forceApply(person, taskId, { reason: "It is mine.", ticket_ref: "OPS-1" }),
  ).rejects.toEqual(code("SELF_APPROVAL"));
}

describe("attack: one person approves through an agent's key", () => {
  test("an admin mints a key of somebody else's agent, proposes with it and approves as themselves", async () => {
    const mallory = await core.person(["admin", "reviewer"]);
    const { agent } = await agentOf(bob);
    const { key } = await core.agents.keys.create(mallory, agent.id, { name: "Mine" });
    const task = await core.reviewing((await actorOf(key))!, core.noopTask());
    await expectNoSay(mallory, task.id);
    await expect(
      core.agents.grants.create(mallory, agent.id, { tool: "*", resources: null, expires_in_days: 1 }),
    ).rejects.toEqual(code("FORBIDDEN"));
    await expect(
      core.gate.submit(
        (await actorOf(key))!,
        (
          await core.gate.propose((await actorOf(key))!, {
            config: core.noopTask(),
            metadata: { tags: [] },
          })
        ).id,
        { force: false, skip_preview: false, requested_reviewers: [mallory.id] },
      ),
    ).rejects.toEqual(code("VALIDATION_ERROR"));
  });

  test("an admin makes an agent in somebody else's name and keeps its first key", async () => {
    const mallory = await core.person(["admin", "reviewer"]);
    const { api_key } = await agentOf(bob, mallory);
    const task = await core.reviewing((await actorOf(api_key))!, core.noopTask());
    await expectNoSay(mallory, task.id);
  });

  test("an admin edits by a minted key what the agent had written by another", async () => {
    const mallory = await core.person(["admin", "reviewer"]);
    const { agent, api_key } = await agentOf(bob);
    const { key } = await core.agents.keys.create(mallory, agent.id, { name: "Mine" });
    const task = await core.reviewing((await actorOf(api_key))!, core.noopTask());
    await core.gate.edit((await actorOf(key))!, task.id, { config: core.noopTask() });
    await core.taskIn(task.id, "REVIEWING");
    await expectNoSay(mallory, task.id);
  });

  test("who takes an agent over is a maker of what it asked for before", async () => {
    const mallory = await core.person(["admin", "reviewer"]);
    const { agent, api_key } = await agentOf(bob);
    const task = await core.reviewing((await actorOf(api_key))!, core.noopTask());
    await core.agents.update(core.who.admin, agent.id, { owner_id: mallory.id });
    const { approvals, allowed_actions } = await core.tasks.get(mallory, task.id);
    expect(allowed_actions).not.toContain("respond");
    expect(allowed_actions).not.toContain("force_apply");
    for (const who of [mallory, bob]) {
      const answer = core.gate.respond(who, approvals[0]!.id, core.yes());
      await expect(answer).rejects.toEqual(code("SELF_APPROVAL"));
    }
    const forced = core.gate.forceApply(mallory, task.id, { reason: "It is mine.", ticket_ref: "OPS-1" });
    await expect(forced).rejects.toEqual(code("SELF_APPROVAL"));
  });

  test("what an agent asked for goes on where its owner left and somebody took it over", async () => {
    const leaver = await core.person(["author"]);
    const { agent, api_key } = await agentOf(leaver);
    const by = (await actorOf(api_key))!;
    const open = await core.approved(by, core.who.reviewer, core.noopTask());
    const draft = await core.gate.propose(by, { config: core.noopTask(), metadata: { tags: [] } });
    const lost = await core.approved(by, core.who.reviewer, core.noopTask());
    await core.identity.users.update(core.who.admin, leaver.id, { active: false });
    expect(await core.run(lost.id)).toBe("sent back");
    expect((await core.taskIn(lost.id, "DRAFT", "REVIEWING")).problem?.code).toBe("AUTHOR_GONE");
    await core.agents.update(core.who.admin, agent.id, { owner_id: carol.id });
    expect(await core.run(open.id)).toBe("ended");
    await core.gate.submit(by, draft.id, { force: false, skip_preview: false });
    expect((await core.taskIn(draft.id, "DRAFT", "REVIEWING")).state).toBe("REVIEWING");
  });

  test("who owned an agent goes on using its key after it was handed over, and approves what it proposes", async () => {
    const { agent, api_key } = await agentOf(bob);
    const { key } = await core.agents.keys.create(bob, agent.id, { name: "Mine" });
    await core.agents.update(core.who.admin, agent.id, { owner_id: carol.id });
    expect(await actorOf(key)).toBe(null);
    expect(await actorOf(api_key)).toBe(null);
    const made = await core.agents.keys.create(carol, agent.id, { name: "Hers" });
    expect(await actorOf(made.key)).toMatchObject({ id: agent.id, owner_id: carol.id });
    // Handing over to the same person is no hand-over.
    await core.agents.update(core.who.admin, agent.id, { owner_id: carol.id });
    expect(await actorOf(made.key)).toMatchObject({ id: agent.id });
  });
});
