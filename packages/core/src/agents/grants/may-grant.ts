import { type CodedError, errors } from "../../kernel/errors.ts";
import type { Db } from "../deps.ts";

/** Who answers for an agent's calls, now: its owner, and whoever made a key that still works. */
export type Behind = { readonly owner_id: string; readonly key_makers: readonly string[] };

/** The people behind an agent, or null where there is no such agent. */
export async function peopleBehind(db: Db, agentId: string): Promise<Behind | null> {
  const { rows } = await db.query<Behind>({
    name: "agent-people-behind",
    text: `SELECT owner_id, ARRAY(SELECT DISTINCT created_by FROM api_key WHERE principal_kind = 'agent'
        AND principal_id = agent.id AND created_by IS NOT NULL AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > now())) AS key_makers
      FROM agent WHERE id = $1`,
    values: [agentId],
  });
  return rows[0] ?? null;
}

/**
 * Why this person grants an agent nothing, or null: whoever is behind it does not answer for its calls. Asked when
 * somebody grants, for a word in time, and again whenever a grant is used: an owner changes, and a key can be made after
 * the grant. Pure.
 */
export function grantRefusal(personId: string, { owner_id, key_makers }: Behind): CodedError | null {
  if (personId === owner_id)
    return errors.FORBIDDEN({ message: "Whoever owns an agent does not grant it anything." });
  if (key_makers.includes(personId))
    return errors.FORBIDDEN({
      message: "You made a key of this agent that still works: revoke that first, or ask somebody else.",
    });
  return null;
}
