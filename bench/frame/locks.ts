import type { Core } from "@ade/core/core";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import { createLocksService, type LocksService } from "@ade/core/locks/service";
import { Cluster, type Redis } from "ioredis";
import pino from "pino";
import { openCore } from "./cores.ts";

/** Whoever takes the locks of a benchmark, named as workers are; each of its lanes or waiters is an owner of its own. */
export const PRINCIPAL = `worker:bench:${process.pid}:${randomIds.secret(4)}`;

export type OpenLocks = {
  core: Core;
  /** The service by itself: it tells nobody of its grants. */
  locks: LocksService;
  redis: Redis;
  close: () => Promise<void>;
};

/** Locks as a process of the product has them. */
export async function openLocks(urls: { databaseUrl: string; redisUrl: string }): Promise<OpenLocks> {
  const { core, connections, close } = await openCore({ ...urls, poolSize: 4 });
  const { pool, redis } = connections;
  if (redis instanceof Cluster) throw new Error("The benchmarks run on one Redis server.");
  const log = pino({ level: process.env.LOG_LEVEL ?? "error" });
  const locks = createLocksService({
    ...{ redis, pool, clock: systemClock, ids: randomIds, log, ledger: core.ledger },
  });
  return {
    core,
    locks,
    redis,
    async close() {
      await locks.close();
      await close();
    },
  };
}

/** What every lock of the benchmarks is asked for with. */
export function requestFor(name: string, owner: string) {
  return {
    resource_type: "resource",
    resource_id: `service:bench/${name}`,
    principal_id: PRINCIPAL,
    owner_id: owner,
    agent_id: PRINCIPAL,
    purpose: "apply test.noop",
  } as const;
}

/** So many acquires are under way while many locks are taken. */
const TAKEN_AT_ONCE = 500;

/** Takes so many locks, each of its own resource and owner, as fast as they go; answers their ids. */
export async function takeMany(locks: LocksService, count: number, ttl_seconds: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const taken = Array.from({ length: Math.min(TAKEN_AT_ONCE, count - ids.length) }, (_, at) =>
      locks.acquire({ ...requestFor(`held-${ids.length + at}`, randomIds.uuid()), ttl_seconds }),
    );
    for (const { id } of await Promise.all(taken)) ids.push(id);
  }
  return ids;
}
