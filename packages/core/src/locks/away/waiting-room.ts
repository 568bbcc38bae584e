import type { Pool } from "pg";
import { CodedError, errors } from "../../kernel/errors.ts";
import { type AcquireRequest, assertTtl } from "../acquire.ts";
import { notHolder, waitedTooLong } from "../errors.ts";
import { inCanonicalOrder, modeLetter } from "../keys.ts";
import { type LockKeyInput, type LockStanding, WAITER_LEASE_SECONDS } from "../schema.ts";
import { formatWho } from "../who.ts";
import { modeOf } from "../wire.ts";
import { createRoomLimits, IS_LIVE } from "./room-limits.ts";

/** A request that waits for the lock store to come back, before it waits for its lock. */
export type RoomRequest = {
  /** As in Redis: the same request has the same id there. */
  id: string;
  request: AcquireRequest;
  /** In canonical order; it stands in the queue of the first. */
  keys: readonly LockKeyInput[];
  /** Whether it asked for a list of keys, be it of one. */
  several: boolean;
  priority: number;
  max_wait_seconds: number;
  /** Who is told of its grant; whoever came in from PostgreSQL is known again when it is asked for. */
  group?: string | undefined;
  /** Of an acquire that went out and was not answered. */
  attempt?: string | undefined;
};

export type WaitingRoom = ReturnType<typeof createWaitingRoom>;

type Asked = { principal_id: string; request_id: string };
/** As it stands in `lock_request`. */
export type Row = Omit<RoomRequest, "attempt" | "group"> & {
  principal_id: string;
  owner_id: string;
  key: string;
  attempt: string | null;
  leased_until: Date;
  waits_until: Date;
  problem: Problem | null;
  is_over: boolean;
  queue_position: number;
};
/** What ended a request, as its row keeps it. */
export type Problem = { code: string; status: number; message: string; next: string; details?: unknown };

/** So long an outcome is kept for whoever asks. */
const KEEP_ENDED_SECONDS = 60;

const LEASE = `now() + make_interval(secs => ${WAITER_LEASE_SECONDS})`;
export const COLUMNS = `id, principal_id, owner_id, key, several, request, keys, priority, attempt, leased_until, waits_until,
  problem, waits_until <= now() AS is_over, extract(epoch FROM waits_until - now())::float8 AS max_wait_seconds`;
/** A row that a statement before has changed, with its place: 1 is next. */
const PLACED = `SELECT r.*, (SELECT count(*)::int + 1 FROM lock_request o WHERE o.key = r.key AND ${IS_LIVE}
    AND (o.priority, -o.sequence) > (r.priority, -r.sequence)) AS queue_position FROM row r`;

/**
 * The queue of lock requests in PostgreSQL, for while the lock store is away: the same order, limits and answers, and
 * nobody is granted. When the store is back, everybody is handed on in order (drain.ts).
 */
export function createWaitingRoom(deps: {
  pool: Pool;
  partitionOf: (field: string) => number;
  monotonicMs: () => number;
}) {
  const { pool, partitionOf } = deps;
  const limits = createRoomLimits(deps);

  /** The owner's live request for this key, its place renewed. */
  async function again(owner: readonly unknown[]): Promise<Row | null> {
    const { rows } = await pool.query<Row>({
      name: "lock-room-again",
      text: `WITH row AS (UPDATE lock_request SET leased_until = ${LEASE}
          WHERE principal_id = $1 AND owner_id = $2 AND key = $3 AND several = $4 AND ${IS_LIVE}
          RETURNING ${COLUMNS}, sequence) ${PLACED}`,
      values: [...owner],
    });
    return rows[0] ?? null;
  }

  async function insert(
    entry: RoomRequest,
    owner: readonly unknown[],
    partition: number,
  ): Promise<Row | null> {
    const { id, request, keys, priority, max_wait_seconds, attempt = null } = entry;
    // An earlier one of the same owner that is over makes room.
    const { rows } = await pool.query<Row>({
      name: "lock-room-insert",
      text: `WITH row AS (INSERT INTO lock_request AS r (principal_id, owner_id, key, several, id, partition, request,
            keys, priority, attempt, leased_until, waits_until)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${LEASE}, now() + make_interval(secs => $11))
          ON CONFLICT (principal_id, owner_id, key, several) DO UPDATE SET id = excluded.id,
            request = excluded.request, keys = excluded.keys, priority = excluded.priority,
            sequence = excluded.sequence, attempt = excluded.attempt, requested_at = now(), problem = NULL,
            leased_until = excluded.leased_until, waits_until = excluded.waits_until
          WHERE NOT (r.problem IS NULL AND r.leased_until > now() AND r.waits_until > now())
          RETURNING ${COLUMNS}, sequence) ${PLACED}`,
      values: [
        ...owner,
        ...[
          id,
          partition,
          JSON.stringify(request),
          JSON.stringify(keys),
          priority,
          attempt,
          max_wait_seconds,
        ],
      ],
    });
    return rows[0] ?? null;
  }

  async function count(): Promise<number> {
    const { rows } = await pool.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM lock_request WHERE ${IS_LIVE}`,
    );
    return rows[0]!.total;
  }

  return {
    /**
     * Queues a request, or finds that its owner waits for this key already and renews that.
     *
     * @throws QUEUE_FULL 503, LOCK_QUOTA_EXCEEDED 429, VALIDATION_ERROR 400
     */
    async enqueue(asked: RoomRequest): Promise<LockStanding> {
      const { entry, key, field } = checked(asked);
      const partition = partitionOf(field);
      const { principal_id, owner_id = principal_id } = entry.request;
      const owner = [principal_id, owner_id, key, entry.several];
      let row = await again(owner);
      if (!row) {
        await limits.admitOne(key, partition, entry.request);
        // Null where the same request came in twice at once: then it is there.
        row = (await insert(entry, owner, partition).catch(ignoreDuplicate)) ?? (await again(owner));
      }
      if (!row) throw errors.DEPENDENCY_UNAVAILABLE({ retryAfterSeconds: 1 });
      return toStanding(row);
    },

    /**
     * Where a request stands, its place renewed; null where it is not (or no longer) here.
     *
     * @throws FORBIDDEN 403, RESOURCE_LOCKED 423 where it waited too long, and what else ended it
     */
    async standing({ principal_id, request_id }: Asked): Promise<LockStanding | null> {
      const renewed = await pool.query<Row>({
        name: "lock-room-standing",
        text: `WITH row AS (UPDATE lock_request SET leased_until = ${LEASE}
            WHERE id = $1 AND principal_id = $2 AND ${IS_LIVE} RETURNING ${COLUMNS}, sequence) ${PLACED}`,
        values: [request_id, principal_id],
      });
      if (renewed.rows[0]) return toStanding(renewed.rows[0]);
      const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM lock_request WHERE id = $1`, [
        request_id,
      ]);
      const [row] = rows;
      if (!row) return null;
      if (row.principal_id !== principal_id) throw notHolder();
      if (row.problem) throw toError(row.problem);
      if (row.is_over) throw waitedTooLong(row.key);
      return null;
    },

    /** Takes a request out. Null where it is not here. @throws FORBIDDEN 403 */
    async leave({ principal_id, request_id }: Asked): Promise<{ attempt: string | null } | null> {
      const { rows } = await pool.query<{ attempt: string | null; is_mine: boolean }>(
        `WITH gone AS (DELETE FROM lock_request WHERE id = $1 AND principal_id = $2 RETURNING attempt)
         SELECT attempt, true AS is_mine FROM gone
         UNION ALL SELECT NULL, false FROM lock_request WHERE id = $1 AND principal_id <> $2`,
        [request_id, principal_id],
      );
      const [row] = rows;
      if (row && !row.is_mine) throw notHolder();
      return row ? { attempt: row.attempt } : null;
    },

    /** How many wait here. */
    count,

    /** Forgets what is over and was not asked for. */
    async prune(): Promise<void> {
      const limit = `now() - make_interval(secs => ${KEEP_ENDED_SECONDS})`;
      await pool.query(`DELETE FROM lock_request WHERE waits_until < ${limit} OR leased_until < ${limit}`);
    },
  };
}

/** What a script would refuse is refused before it waits; the keys in their one spelling and order. */
function checked(asked: RoomRequest): { entry: RoomRequest; key: string; field: string } {
  const { request } = asked;
  const { principal_id, owner_id = principal_id, agent_id, purpose = null } = request;
  assertTtl(request.ttl_seconds);
  formatWho({ principal_id, owner_id, agent_id, purpose });
  const names = inCanonicalOrder(asked.keys);
  const keys = names.map(({ resource_type, resource_id, mode }) => ({
    resource_type,
    resource_id,
    mode: modeOf(modeLetter(resource_type, mode)),
  }));
  const { key, field } = names[0]!;
  return { entry: { ...asked, keys }, key, field };
}

function toError({ code, status, message, next, details }: Problem): CodedError {
  return new CodedError(code, { status, message, next }, { details });
}

function toStanding(row: Row): LockStanding {
  const { resource_type, resource_id, mode } = row.keys[0]!;
  return {
    acquired: false,
    id: row.id,
    request_id: row.id,
    resource_type,
    resource_id,
    mode,
    owner_id: row.owner_id,
    queue_position: row.queue_position,
    estimated_wait_seconds: null,
    holder: null,
    ask_again_before: row.leased_until.toISOString(),
    waits_until: row.waits_until.toISOString(),
  };
}

function ignoreDuplicate(error: unknown): null {
  if ((error as { code?: unknown }).code === "23505") return null;
  throw error;
}
