import { errors } from "../kernel/errors.ts";

/** Who asks: the principal, what goes on under it, and who answers for it. */
export type Party = { principal_id: string; owner_id: string; agent_id: string; purpose: string | null };

/** The separator of the parts, which none but the last may contain. */
const CONTROL = /\p{Cc}/u;

/**
 * A party as the scripts keep it: `principal\nowner\nagent\npurpose`, the agent left out where it is the principal. Pure.
 *
 * @throws VALIDATION_ERROR (400) for control characters, with which one owner could pass for another
 */
export function formatWho({ principal_id, owner_id, agent_id, purpose }: Party): string {
  if (CONTROL.test(agent_id)) throw refuse("agent_id");
  return `${ownerOf(principal_id, owner_id)}${agent_id === principal_id ? "" : agent_id}\n${purpose ?? ""}`;
}

/** An owner as the scripts compare it; unique within its principal. @throws VALIDATION_ERROR (400) */
export function ownerOf(principalId: string, ownerId: string): string {
  if (CONTROL.test(principalId)) throw refuse("principal_id");
  if (CONTROL.test(ownerId)) throw refuse("owner_id");
  return `${principalId}\n${ownerId}\n`;
}

/** The reverse of formatWho. Pure. */
export function parseWho(who: string): Party {
  const [principal_id = "", owner_id = "", agent_id = "", ...purpose] = who.split("\n");
  return { principal_id, owner_id, agent_id: agent_id || principal_id, purpose: purpose.join("\n") || null };
}

function refuse(field: string) {
  const issue = "must not contain control characters";
  return errors.VALIDATION_ERROR({ message: `${field} ${issue}.`, details: [{ field, issue }] });
}
