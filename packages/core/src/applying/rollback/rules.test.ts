import { afterAll, beforeAll, expect, test } from "vitest";
import { agentInput } from "../../agents/schema.ts";
import { taskConfig } from "../../executors/schema.ts";
import type { Actor } from "../../kernel/actor.ts";
import { policyInput } from "../../policies/schema.ts";
import { openWorkshop, type Workshop } from "../applying-fixture.ts";

let core: Workshop;
beforeAll(async () => {
  core = await openWorkshop();
});
afterAll(() => core.dispose());

const answer = async (who: Actor, id: string) => {
  const { approvals } = await core.taskIn(id, "REVIEWING");
  return core.gate.respond(who, approvals.find(({ reviewer_id }) => reviewer_id === who.id)!.id, core.yes());
};
/** A narrowing of an agent's permissions that two people let through and that is in effect. */
async function narrowed(): Promise<string> {
  const { admin, author, reviewer, second } = core.who;
  const { agent } = await core.agents.create(
    admin,
    agentInput.parse({
      ...{ name: `robot-${core.noopTask().resources[0]!.id}`, connection: { kind: "mcp" } },
      tools: [{ name: "run_command", permission: "allow" }],
    }),
  );
  const config = taskConfig.parse({
    ...{ type: "agent.settings", description: "Narrow it" },
    resources: [{ type: "agent", id: agent.id, scope: "instance", actions: ["write"] }],
    parameters: {
      agent_id: agent.id,
      version: 1,
      set: { tools: [{ name: "run_command", permission: "deny" }] },
    },
  });
  const task = await core.reviewing(author, config);
  await answer(reviewer, task.id);
  await answer(second, task.id);
  expect(await core.run(task.id)).toBe("ended");
  return task.id;
}

test("attack: permissions are widened past their policy by rolling back what narrowed them", async () => {
  const { admin, author, reviewer, second } = core.who;
  const made = await core.policies.create(
    admin,
    policyInput.parse({ name: "Two for agents", task_types: ["agent.settings"], min_approvers: 2 }),
  );
  const rollback = await core.applying.rollBack(author, await narrowed(), {});
  expect(rollback.required_approvals).toBe(2);
  expect(rollback.preview?.warnings).toEqual(["It may use run_command on its own."]);
  expect(rollback.preview?.changes[0]?.diff).toContain("run_command");
  await answer(reviewer, rollback.id);
  expect((await core.read(rollback.id)).state).toBe("REVIEWING");
  await answer(second, rollback.id);
  await core.taskIn(rollback.id, "APPROVED");

  // Tightened right before it is applied, the policy still is about it.
  await core.policies.update(admin, made.id, { min_approvers: 3 });
  expect(await core.run(rollback.id)).toBe("sent back");
  await core.policies.remove(admin, made.id);
});

test("what waives review of a change waives none of bringing it back", async () => {
  const { admin, author } = core.who;
  const { id } = await core.policies.create(
    admin,
    policyInput.parse({
      ...{ name: "Trials", task_types: ["configuration.file"], min_approvers: 0 },
      auto_approve_if: { resources_in_scope: ["*"] },
    }),
  );
  const task = await core.reviewing(author, core.fileTask("waived.txt", "after\n"));
  expect(task.state).toBe("APPROVED");
  expect(await core.run(task.id)).toBe("ended");
  expect((await core.applying.rollBack(author, task.id, {})).state).toBe("REVIEWING");
  await core.policies.remove(admin, id);
});
