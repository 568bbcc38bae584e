import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Tx } from "../ledger/service.ts";
import type { AgentEntry } from "./schema.ts";

export function agentFact(happened: string, id: string, detail: Record<string, unknown>): Fact {
  return { action: `agent.${happened}`, entity_type: "agent", entity_id: id, detail };
}

export const missingAgent = () => errors.NOT_FOUND({ message: "There is no such agent." });

/** Whether this person answers for the agent, or administers all of them. */
export function isOwnerOrAdmin(actor: Actor, agent: Pick<AgentEntry, "owner_id">): boolean {
  return actor.roles.includes("admin") || (actor.kind === "user" && actor.id === agent.owner_id);
}

/** FORBIDDEN for everybody else. */
export function assertOwnerOrAdmin(actor: Actor, agent: Pick<AgentEntry, "owner_id">): void {
  if (!isOwnerOrAdmin(actor, agent)) {
    throw errors.FORBIDDEN({ message: "Only the agent's owner and admins may do this." });
  }
}

/** An agent reads itself and no other. */
export function assertMayRead(actor: Actor, id: string): void {
  if (actor.kind === "agent" && actor.id !== id) throw errors.FORBIDDEN();
}

/** Somebody who is here has to answer for an agent. VALIDATION_ERROR names `owner_id`. */
export async function assertOwner(tx: Tx, id: string): Promise<void> {
  const owner = await tx.user.findUnique({ where: { id }, select: { active: true } });
  if (owner?.active) return;
  const issue = owner ? "has left" : "no such user";
  throw errors.VALIDATION_ERROR({ details: [{ field: "owner_id", issue }] });
}
