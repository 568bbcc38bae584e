import type { Pool } from "pg";
import type { Prisma, PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import { type Ids, sha256 } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Tx } from "../ledger/service.ts";
import { identityErrors } from "./errors.ts";
import { covers } from "./matrix.ts";
import type { ApiKeyEntry, ApiKeyInput, ApiKeyList, ListApiKeysQuery, NewApiKey } from "./schema.ts";

const DAY_MS = 86_400_000;
/** What a key without scopes lacks though its person could be given it (the matrix cells `scope`). */
const LOCKS_SCOPE = "locks:write";

export type KeyDeps = { pool: Pool; prisma: PrismaClient; clock: Clock; ids: Ids; ledger: Ledger };

export type KeyHolder = { kind: "user" | "agent"; id: string };

/** Writes a key in somebody's transaction. The answer holds the only copy; the fact does not. */
export async function issueKey(
  tx: Tx,
  deps: Pick<KeyDeps, "ids">,
  options: {
    holder: KeyHolder;
    name: string;
    scopes: readonly string[] | null;
    expires_at: Date | null;
    created_by: string | null;
  },
): Promise<{ issued: NewApiKey; fact: Fact }> {
  const { holder, scopes, expires_at } = options;
  const issued = { id: deps.ids.uuid(), key: `ade_${deps.ids.secret(32)}` };
  await tx.api_key.create({
    data: {
      id: issued.id,
      principal_kind: holder.kind,
      principal_id: holder.id,
      name: options.name,
      start: issued.key.slice(0, 8),
      hash: sha256(issued.key),
      scopes: [...(scopes ?? [])],
      unscoped: scopes === null,
      created_by: options.created_by,
      expires_at,
    },
  });
  const detail = {
    holder_kind: holder.kind,
    holder_id: holder.id,
    scopes,
    expires_at: expires_at?.toISOString() ?? null,
  };
  return { issued, fact: { action: "key.created", entity_type: "api_key", entity_id: issued.id, detail } };
}

/** Revokes all keys that a holder has, in somebody's transaction; answers a fact for each. */
export async function revokeKeys(
  tx: Tx,
  { clock }: Pick<KeyDeps, "clock">,
  holder: KeyHolder,
): Promise<Fact[]> {
  const revoked = await tx.api_key.updateManyAndReturn({
    where: { principal_kind: holder.kind, principal_id: holder.id, revoked_at: null },
    data: { revoked_at: clock.now() },
    select: { id: true },
  });
  return revoked.map(({ id }) => revokedFact(id, holder));
}

function revokedFact(id: string, holder: { kind: string; id: string }): Fact {
  const detail = { holder_kind: holder.kind, holder_id: holder.id };
  return { action: "key.revoked", entity_type: "api_key", entity_id: id, detail };
}

/** What is asked of a key that somebody makes. */
export type WantedKey = Pick<ApiKeyInput, "scopes" | "expires_in_days">;

/**
 * When a key ends that this actor makes: as asked, and no later than the key in use. A session limits nothing. What an
 * agent may do is not what its key's maker may, so of its keys only the maker's own narrowness counts.
 *
 * @throws KEY_EXCEEDS_RIGHTS where the key in use may do less than the new one could
 */
export async function endOfNewKey(
  { prisma, clock }: Pick<KeyDeps, "prisma" | "clock">,
  actor: Actor,
  holder: KeyHolder["kind"],
  { scopes, expires_in_days }: WantedKey,
): Promise<Date | null> {
  const wanted = expires_in_days ? new Date(clock.now().getTime() + expires_in_days * DAY_MS) : null;
  if (!actor.via.startsWith("key:")) return wanted;
  const namesLocks = holder === "user" && scopes?.some((given) => covers(given, LOCKS_SCOPE));
  if (actor.scopes !== null || namesLocks) throw identityErrors.KEY_EXCEEDS_RIGHTS();
  const own = await prisma.api_key.findUnique({
    where: { id: actor.via.slice("key:".length) },
    select: { expires_at: true },
  });
  const limit = own?.expires_at ?? null;
  return limit && (!wanted || limit < wanted) ? limit : wanted;
}

export function createKeyCommands(deps: KeyDeps) {
  const { pool, prisma, clock, ledger } = deps;

  /** Keys that the actor may see and revoke: own ones, those of own agents, all for an admin. */
  function mine(actor: Actor, agentIds: readonly string[]): Prisma.api_keyWhereInput {
    return actor.roles.includes("admin") ? {} : { principal_id: { in: [actor.id, ...agentIds] } };
  }

  async function agentsOf(actor: Actor): Promise<string[]> {
    if (actor.kind !== "user") return [];
    const { rows } = await pool.query<{ id: string }>("SELECT id FROM agent WHERE owner_id = $1", [actor.id]);
    return rows.map((row) => row.id);
  }

  return {
    async create(actor: Actor, input: ApiKeyInput): Promise<NewApiKey> {
      if (actor.kind !== "user") throw errors.FORBIDDEN({ message: "Only people make API keys." });
      const expires_at = await endOfNewKey(deps, actor, "user", input);
      return ledger.write(actor, async (tx) => {
        const { issued, fact } = await issueKey(tx, deps, {
          holder: { kind: "user", id: actor.id },
          name: input.name,
          scopes: input.scopes ?? null,
          expires_at,
          created_by: actor.id,
        });
        return { result: issued, facts: [fact] };
      });
    },

    async list(actor: Actor, query: ListApiKeysQuery): Promise<ApiKeyList> {
      const visible = mine(actor, await agentsOf(actor));
      const where: Prisma.api_keyWhereInput = {
        AND: [visible, { principal_id: query.principal_id ?? actor.id }],
      };
      const { page, limit } = query;
      const [rows, total] = await Promise.all([
        prisma.api_key.findMany({
          where,
          orderBy: [{ created_at: "desc" }, { id: "desc" }],
          skip: (page - 1) * limit,
          take: limit,
        }),
        prisma.api_key.count({ where }),
      ]);
      const has_more = page * limit < total;
      return {
        api_keys: rows.map(toEntry),
        pagination: { page, limit, total, total_is_exact: true, has_more },
      };
    },

    /** Revoking twice is the same as once. Another's key is NOT_FOUND, so that ids cannot be probed. */
    async revoke(actor: Actor, id: string): Promise<void> {
      const where = { AND: [mine(actor, await agentsOf(actor)), { id }] };
      await ledger.write(actor, async (tx) => {
        const key = await tx.api_key.findFirst({ where });
        if (!key) throw errors.NOT_FOUND({ message: "There is no such API key." });
        const { count } = await tx.api_key.updateMany({
          where: { id, revoked_at: null },
          data: { revoked_at: clock.now() },
        });
        const fact = revokedFact(id, { kind: key.principal_kind, id: key.principal_id });
        return { result: undefined, facts: count > 0 ? [fact] : [] };
      });
    },
  };
}

function toEntry(row: Prisma.api_keyGetPayload<object>): ApiKeyEntry {
  return {
    id: row.id,
    name: row.name,
    principal_kind: row.principal_kind === "agent" ? "agent" : "user",
    principal_id: row.principal_id,
    start: row.start,
    scopes: row.unscoped ? null : row.scopes,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
