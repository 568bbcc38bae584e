import { Redlock as SesameRedlock } from "@sesamecare-oss/redlock";
import type { Redis } from "ioredis";
import { Mutex } from "redis-semaphore";
import Redlock from "redlock";
import type { Take } from "../frame/contend.ts";

const TTL_MS = 30_000;
/** As they come, but for giving up: a waiter of ours waits until it is served. */
const FOR_EVER = { retryCount: -1 };

/** `redlock`: each waiter tries again every 100 to 300 ms. */
export function redlock(redis: Redis, key: string): Take {
  const locks = new Redlock([redis], FOR_EVER);
  return async () => {
    const lock = await locks.acquire([key], TTL_MS);
    return () => lock.release();
  };
}

/** `@sesamecare-oss/redlock`: the same algorithm, maintained on. */
export function sesameRedlock(redis: Redis, key: string): Take {
  const locks = new SesameRedlock([redis], FOR_EVER);
  return async () => {
    const lock = await locks.acquire([key], TTL_MS);
    return () => lock.release();
  };
}

/** `redis-semaphore`: each waiter tries again every 10 ms. */
export function redisSemaphore(redis: Redis, key: string): Take {
  return async () => {
    const mutex = new Mutex(redis, key, { lockTimeout: TTL_MS, acquireTimeout: Number.POSITIVE_INFINITY });
    await mutex.acquire();
    return () => mutex.release();
  };
}
