import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Fact } from "../ledger/schema.ts";
import type { AgentsDeps } from "./deps.ts";
import { agentFact, assertOwner, isOwnerOrAdmin, missingAgent } from "./facts.ts";
import type { Announce } from "./health/announce.ts";
import { noteHealth } from "./health/store.ts";
import type { AgentEntry, AgentPatch } from "./schema.ts";
import { lockAgent, readAgent } from "./store.ts";

/** Pause, drain, resume, hand over, retire and bring back; the last three revoke its keys. */
export function createUpdate(
  deps: Pick<AgentsDeps, "ledger" | "clock" | "pool" | "identity">,
  announce: Announce,
) {
  const { ledger, clock, pool, identity } = deps;
  return async (actor: Actor, id: string, patch: AgentPatch): Promise<AgentEntry> => {
    const { before, after } = await ledger.write(actor, async (tx) => {
      const before = await lockAgent(tx, id);
      if (!before) throw missingAgent();
      assertMayUpdate(actor, before, patch);
      if (patch.owner_id) await assertOwner(tx, patch.owner_id);
      const { paused, draining, owner_id, active } = patch;
      await tx.agent.update({
        where: { id },
        data: {
          updated_at: clock.now(),
          ...(paused !== undefined && { paused }),
          ...(draining !== undefined && { draining }),
          ...(owner_id !== undefined && { owner_id }),
          ...(active !== undefined && { active }),
        },
      });
      const after = await readAgent(tx, id);
      if (!after) throw missingAgent();
      // Whoever answered for it so far may hold its keys: in the name of the next one they open nothing any more. Nor
      // does a key outlive a retirement, so that who is brought back is not reached by keys that nobody thinks of.
      const isNewLife = before.owner_id !== after.owner_id || before.active !== after.active;
      const revoked = isNewLife ? await identity.revokeKeys(tx, { kind: "agent", id }) : [];
      return { result: { before, after }, facts: [...updateFacts(before, after), ...revoked] };
    });
    if (before.status !== after.status) await noteHealth(pool, [id]);
    announce(id, before.status, after.status, { active_tasks: after.capacity.active_tasks });
    return after;
  };
}

function assertMayUpdate(actor: Actor, agent: AgentEntry, patch: AgentPatch): void {
  if (actor.roles.includes("admin")) return;
  const { paused: _paused, draining: _draining, ...forAdmins } = patch;
  if (!isOwnerOrAdmin(actor, agent) || Object.values(forAdmins).some((value) => value !== undefined)) {
    throw errors.FORBIDDEN({
      message: "An agent's owner may pause, drain and resume it; the rest is for admins.",
    });
  }
}

function updateFacts(before: AgentEntry, after: AgentEntry): Fact[] {
  const { id, owner_id } = after;
  const facts: Fact[] = [];
  const turned = (field: "paused" | "draining" | "active", on: string, off: string): void => {
    if (before[field] !== after[field]) facts.push(agentFact(after[field] ? on : off, id, {}));
  };
  turned("paused", "paused", "resumed");
  turned("draining", "drain_begun", "drain_ended");
  turned("active", "reinstated", "retired");
  if (before.owner_id !== owner_id) {
    facts.push(agentFact("updated", id, { owner_id: { from: before.owner_id, to: owner_id } }));
  }
  return facts;
}
