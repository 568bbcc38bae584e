import { systemActor } from "../../kernel/actor.ts";
import { policyInput } from "../../policies/schema.ts";
import type { AgentsDeps } from "../deps.ts";
import { AGENT_SETTINGS_TYPE } from "./schema.ts";

const KEY = "agent_settings_policy";

/** What ships for changes of agents' permissions; admins may change or delete it like any policy. */
const POLICY = policyInput.parse({
  name: "Permissions of agents",
  task_types: [AGENT_SETTINGS_TYPE],
  min_approvers: 1,
  reject_threshold: 1,
  // Where the agent itself asks, the yes of whoever answers for it is enough.
  owner_may_answer: true,
  due_in_hours: 24,
});

/**
 * Makes the policy that ships, once in the life of an installation: whoever deletes it has decided so. Safe to call
 * from every process at start.
 */
export function createEnsurePolicy({
  prisma,
  policies,
  clock,
}: Pick<AgentsDeps, "prisma" | "policies" | "clock">) {
  return async (): Promise<void> => {
    const { count } = await prisma.setting.createMany({
      data: [{ key: KEY, value: true, updated_at: clock.now() }],
      skipDuplicates: true,
    });
    if (count === 1) await policies.create(systemActor("start"), POLICY);
  };
}
