import { once } from "node:events";
import { createDatabase } from "@ade/testkit/database";
import type { RedisServer } from "@ade/testkit/redis-server";
import { pino } from "pino";
import { closeConnections, openConnections } from "../connect.ts";
import { systemClock } from "../kernel/clock.ts";
import { randomIds } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import { createLedger } from "../ledger/service.ts";
import type { AnyRedis } from "../redis.ts";
import { compactId } from "./keys.ts";
import type { Lock } from "./schema.ts";
import { createLocksService, type LocksDeps, type LocksService } from "./service.ts";
import { countPartitions, partitionKeys } from "./session.ts";
import { inTurn } from "./store.ts";

export type Process = { locks: LocksService; events: EventDraft[]; redis: AnyRedis; end(): Promise<void> };

/** Moves one holder's expiry (see lua/lib/packing.lua), and when the sweep looks at its resource. */
const AGE = `
local field, tail, ms = string.sub(ARGV[1], 1, 12), string.sub(ARGV[1], 13), tonumber(ARGV[2])
local resource = cmsgpack.unpack(redis.call('HGET', KEYS[1], field))
if resource[2] == 'x' and resource[3] == 0 then
  return redis.call('ZINCRBY', KEYS[2], -ms, field .. string.sub(tail, -18))
end
local due
for at = 5, #resource do
  if resource[at][1] == tail then resource[at][5] = resource[at][5] - ms end
  due = math.min(due or resource[at][5], resource[at][5])
end
redis.call('HSET', KEYS[1], field, cmsgpack.pack(resource))
redis.call('ZADD', KEYS[2], due, field)`;

/** Ends the delays of a partition, and has the sweep look at their resources. */
const UNDELAY = `
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local field, packed = all[at], all[at + 1]
  if #field == 12 then
    local resource = cmsgpack.unpack(packed)
    if resource[3] > 0 then
      resource[3] = 1
      redis.call('HSET', KEYS[1], field, cmsgpack.pack(resource))
      redis.call('ZADD', KEYS[2], 1, field)
    end
  end
end`;

/** A fresh database, and as many processes on it and on one Redis as a test wants. */
export async function openHouse(server: Pick<RedisServer, "url"> & { admin: AnyRedis }) {
  const database = await createDatabase();
  const log = pino({ level: "silent" });
  const options = { databaseUrl: database.url, redisUrl: server.url, poolSize: 6, onError: () => {} };
  const processes: Process[] = [];
  const first = await openConnections(options);
  const ledger = createLedger({
    pool: first.pool,
    prisma: first.prisma,
    redis: null,
    clock: systemClock,
    ids: randomIds,
    log,
    projections: new Map(),
    onSeal: async () => {},
    secret: "a secret of this test",
    anchorFile: null,
  });

  /** What one process of the product has: its own pool, connection and memory. */
  async function join(overrides: Partial<LocksDeps> = {}): Promise<Process> {
    const connections = await openConnections(options);
    const { pool, redis } = connections;
    if (redis.status !== "ready") await once(redis, "ready");
    const events: EventDraft[] = [];
    const emitLive = (event: EventDraft) => void events.push(event);
    const base = { pool, redis, clock: systemClock, ids: randomIds, log, ledger, emitLive };
    const locks = createLocksService({ ...base, ...overrides });
    const process = { locks, events, redis, end: () => closeConnections(connections) };
    processes.push(process);
    return process;
  }

  return {
    join,
    ledger,
    pool: first.pool,
    prisma: first.prisma,
    async epoch(): Promise<{ epoch: string; fence_floor: string; max_ttl_seconds: number; grace: boolean }> {
      const { rows } = await first.pool.query(
        "SELECT epoch, fence_floor, max_ttl_seconds, coalesce(grace_until > now(), false) AS grace FROM lock_epoch",
      );
      return rows[0];
    },
    /** As if the grace had passed. In turn with those who begin epochs: half of it would look like a loss. */
    async endGrace(): Promise<void> {
      await inTurn(first.pool, async (client) => {
        await client.query("UPDATE lock_epoch SET grace_until = now()");
        for (let partition = 0; partition < countPartitions(server.admin); partition++) {
          const [resources, due] = partitionKeys(partition);
          const sentinel = await server.admin.hget(resources!, "@");
          await server.admin.hset(resources!, "@", sentinel!.replace(/\d+$/, "0"));
          await server.admin.eval(UNDELAY, 2, resources!, due!);
        }
      });
    },
    /** As if `seconds` had passed for one lock's lease. */
    async age(lock: Lock, seconds: number): Promise<void> {
      const id32 = compactId(lock.id)!;
      await server.admin.eval(AGE, 2, ...partitionKeys(0).slice(0, 2), id32, seconds * 1000);
    },
    async close(): Promise<void> {
      for (const process of processes) await process.end();
      await closeConnections(first);
      await database.drop();
    },
  };
}
export type House = Awaited<ReturnType<typeof openHouse>>;
