import type { Actor } from "../../kernel/actor.ts";
import { errors } from "../../kernel/errors.ts";
import type { AgentsDeps } from "../deps.ts";
import { agentFact, assertOwnerOrAdmin, missingAgent } from "../facts.ts";
import type { AgentEntry, AgentSettings } from "../schema.ts";
import { findAgent, lockAgent, readAgent, type SettableFields } from "../store.ts";
import { changedFields, same } from "./changed-fields.ts";
import { storeSettings } from "./store.ts";

/** Changes what needs no review; CONFLICT where somebody changed the agent since that version. */
export function createConfigure({ pool, ledger, clock }: Pick<AgentsDeps, "pool" | "ledger" | "clock">) {
  return async (actor: Actor, id: string, version: number, set: AgentSettings): Promise<AgentEntry> => {
    const known = await findAgent(pool, id);
    if (!known) throw missingAgent();
    assertOwnerOrAdmin(actor, known);
    return ledger.write(actor, async (tx) => {
      const before = await lockAgent(tx, id);
      if (!before) throw missingAgent();
      assertMayStart(actor, before, set);
      if (before.version !== version) throw changedMeanwhile(before.version);
      const fields = changedFields(before, settable(set));
      if (fields.length === 0) return { result: before, facts: [] };
      const stored = await storeSettings(tx, {
        ...{ agent_id: id, from_version: version, set: settable(set), at: clock.now() },
        ...{ by: actor, task_id: null, fields },
      });
      const after = await readAgent(tx, id);
      if (!stored || !after) throw changedMeanwhile(before.version);
      // Which fields, not what is in them: instructions may be long, and the history has them.
      const detail = { version: after.version, fields: fields.map(({ field }) => field) };
      return { result: after, facts: [agentFact("configured", id, detail)] };
    });
  };
}

/** Tags are kept once each; the rest as it was given. */
function settable(set: AgentSettings): Partial<SettableFields> {
  return { ...set, ...(set.tags && { tags: [...new Set(set.tags)] }) } as Partial<SettableFields>;
}

/** A command is started on a machine of ours: which one it is, an admin says. */
function assertMayStart(actor: Actor, before: AgentEntry, { connection }: AgentSettings): void {
  if (connection?.kind !== "acp" || actor.roles.includes("admin")) return;
  if (same(before.connection, connection)) return;
  throw errors.FORBIDDEN({ message: "Only an admin says which command is started for an agent." });
}

function changedMeanwhile(version: number) {
  return errors.CONFLICT({
    message: "Somebody changed this agent meanwhile. Look at it again first.",
    details: { version },
  });
}
