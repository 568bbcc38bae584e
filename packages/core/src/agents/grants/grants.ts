import type { Actor } from "../../kernel/actor.ts";
import { errors } from "../../kernel/errors.ts";
import type { Fact } from "../../ledger/schema.ts";
import { type HotWrite, hotWrite } from "../../ledger/service.ts";
import type { AgentsDeps } from "../deps.ts";
import { agentErrors } from "../errors.ts";
import { agentFact, assertMayRead, assertOwnerOrAdmin, missingAgent } from "../facts.ts";
import { findAgent } from "../store.ts";
import { grantRefusal, peopleBehind } from "./may-grant.ts";
import type { GrantEntry, GrantInput } from "./schema.ts";
import { findGrant, grantRow, IN_FORCE, listGrants, MAX_GRANTS, type NewGrant } from "./store.ts";

const DAY_MS = 86_400_000;

export function grantFact(grant: NewGrant): Fact {
  const { id, agent_id, tool, kind, resources, task_id, expires_at, granted_by } = grant;
  const detail = {
    grant_id: id,
    tool,
    ...(kind !== null && { kind }),
    resources,
    expires_at: expires_at.toISOString(),
    granted_by: granted_by.id,
  };
  return { ...agentFact("granted", agent_id, detail), ...(task_id && { task_id }) };
}

/** No row in `guard` where the agent has as many in force as it may have. */
function insertGrant(grant: NewGrant): HotWrite {
  return hotWrite(
    "agent-grant-insert",
    (p) => `guard AS (${grantRow(p, grant)}
      WHERE (SELECT count(*) FROM agent_grant WHERE agent_id = ${p(grant.agent_id)}::uuid AND ${IN_FORCE}) < ${MAX_GRANTS}
      RETURNING id)`,
  );
}

/** Standing permissions of agents: scoped, expiring, revocable, counted. */
export function createGrants({
  pool,
  ledger,
  clock,
  ids,
}: Pick<AgentsDeps, "pool" | "ledger" | "clock" | "ids">) {
  async function agentOf(id: string) {
    const agent = await findAgent(pool, id);
    if (!agent) throw missingAgent();
    return agent;
  }
  async function grantOf(agentId: string, grantId: string): Promise<GrantEntry> {
    const grant = await findGrant(pool, grantId);
    if (grant?.agent_id !== agentId) throw errors.NOT_FOUND({ message: "This agent has no such grant." });
    return grant;
  }

  return {
    /** Those in force first. NOT_FOUND. */
    async list(actor: Actor, agentId: string): Promise<GrantEntry[]> {
      assertMayRead(actor, agentId);
      await agentOf(agentId);
      return listGrants(pool, agentId);
    },
    /** By an admin who is not behind the agent (may-grant.ts). NOT_FOUND, FORBIDDEN, TOO_MANY_AGENT_GRANTS. */
    async create(
      actor: Actor,
      agentId: string,
      input: GrantInput,
      taskId: string | null = null,
    ): Promise<GrantEntry> {
      const behind = await peopleBehind(pool, agentId);
      if (!behind) throw missingAgent();
      const refusal = grantRefusal(actor.id, behind);
      if (refusal) throw refusal;
      const grant: NewGrant = {
        ...{ id: ids.uuid(), agent_id: agentId, tool: input.tool, kind: null, resources: input.resources },
        ...{ granted_by: actor, task_id: taskId },
        expires_at: new Date(clock.now().getTime() + input.expires_in_days * DAY_MS),
      };
      const rows = await ledger.commit(actor, [grantFact(grant)], insertGrant(grant));
      if (rows.length === 0) throw agentErrors.TOO_MANY_AGENT_GRANTS();
      return grantOf(agentId, grant.id);
    },
    /** By owner or admin; twice is as once. NOT_FOUND, FORBIDDEN. */
    async revoke(actor: Actor, agentId: string, grantId: string): Promise<void> {
      assertOwnerOrAdmin(actor, await agentOf(agentId));
      await grantOf(agentId, grantId);
      await ledger.commit(
        actor,
        [agentFact("grant_revoked", agentId, { grant_id: grantId })],
        hotWrite(
          "agent-grant-revoke",
          (p) => `guard AS (UPDATE agent_grant SET revoked_at = now() WHERE id = ${p(grantId)}::uuid
            AND revoked_at IS NULL RETURNING id)`,
        ),
      );
    },
  };
}
