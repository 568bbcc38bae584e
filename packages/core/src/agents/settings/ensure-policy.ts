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
  due_in_hours: 24,
});

/**
 * Makes the policy that ships, once in the life of an installation: whoever deletes it has decided so. Safe to call
 * from every process at start.
 */
export function createEnsurePolicy({
  ledger,
  policies,
  clock,
}: Pick<AgentsDeps, "ledger" | "policies" | "clock">) {
  const start = systemActor("start");
  return (): Promise<void> =>
    ledger.write(start, async (tx) => {
      // Mark and policy together: with the mark alone the policy would be missing for ever.
      const { count } = await tx.setting.createMany({
        data: [{ key: KEY, value: true, updated_at: clock.now() }],
        skipDuplicates: true,
      });
      if (count === 0) return { result: undefined, facts: [] };
      const { fact } = await policies.createWithin(tx, start, POLICY);
      return { result: undefined, facts: [fact] };
    });
}
