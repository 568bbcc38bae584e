import type { ApiKeyInput, ApiKeyList, ListApiKeysQuery, NewApiKey } from "../identity/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { AgentsDeps } from "./deps.ts";
import { assertOwnerOrAdmin, missingAgent } from "./facts.ts";
import type { AgentEntry } from "./schema.ts";
import { findAgent, lockAgent } from "./store.ts";

/** The keys by which an agent says who it is: made, listed and revoked by who answers for it. */
export function createAgentKeys(deps: Pick<AgentsDeps, "pool" | "ledger" | "identity">) {
  const { pool, ledger, identity } = deps;

  async function ownAgent(actor: Actor, id: string): Promise<AgentEntry> {
    const agent = await findAgent(pool, id);
    if (!agent) throw missingAgent();
    assertOwnerOrAdmin(actor, agent);
    return agent;
  }

  return {
    /** NOT_FOUND, FORBIDDEN. */
    async list(actor: Actor, id: string, query: Omit<ListApiKeysQuery, "principal_id">): Promise<ApiKeyList> {
      await ownAgent(actor, id);
      return identity.apiKeys.list(actor, { ...query, principal_id: id });
    },
    /** Shown this once. NOT_FOUND, FORBIDDEN, KEY_EXCEEDS_RIGHTS; CONFLICT for an agent that is no longer in use. */
    async create(actor: Actor, id: string, input: ApiKeyInput): Promise<NewApiKey> {
      await ownAgent(actor, id);
      const expires_at = await identity.endOfNewKey(actor, "agent", input);
      return ledger.write(actor, async (tx) => {
        // Under its lock: a retirement or a hand-over meanwhile would leave this key behind.
        const agent = await lockAgent(tx, id);
        if (!agent) throw missingAgent();
        assertOwnerOrAdmin(actor, agent);
        if (!agent.active)
          throw errors.CONFLICT({ message: "This agent is retired: a key would open nothing." });
        const { issued, fact } = await identity.issueKey(tx, {
          holder: { kind: "agent", id },
          name: input.name,
          scopes: input.scopes ?? null,
          expires_at,
          created_by: actor.id,
        });
        return { result: issued, facts: [fact] };
      });
    },
    /** NOT_FOUND also for a key of somebody else. Twice is as once. */
    async revoke(actor: Actor, id: string, keyId: string): Promise<void> {
      await ownAgent(actor, id);
      const { rowCount } = await pool.query(
        "SELECT 1 FROM api_key WHERE id = $1 AND principal_kind = 'agent' AND principal_id = $2",
        [keyId, id],
      );
      if (!rowCount) throw errors.NOT_FOUND({ message: "This agent has no such key." });
      await identity.apiKeys.revoke(actor, keyId);
    },
  };
}
