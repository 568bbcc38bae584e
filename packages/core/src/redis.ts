import { Cluster, Redis } from "ioredis";

/** One Redis, or a cluster of them. */
export type AnyRedis = Redis | Cluster;

/** Nothing is sent again and nothing waits for ever. */
const COMMANDS = { commandTimeout: 2_000, maxRetriesPerRequest: 0 } as const;
const retryStrategy = (times: number): number => Math.min(times * 100, 2_000);

/**
 * A Redis client for locks: nothing is queued while it is away (a command that runs after a reconnect is a ghost
 * lock), and a command that is not answered in time is unknown rather than pending for ever.
 *
 * @param url `redis://host:port`, or `redis+cluster://host:port,host:port` for a Redis Cluster that these belong to
 */
export function openRedis(url: string, onError: (error: Error) => void): AnyRedis {
  const redis = url.startsWith(CLUSTER_SCHEME)
    ? new Cluster(clusterNodes(url), {
        enableOfflineQueue: false,
        redisOptions: COMMANDS,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: 2_000,
      })
    : new Redis(url, { ...COMMANDS, enableOfflineQueue: false, retryStrategy });
  redis.on("error", onError);
  return redis;
}

const CLUSTER_SCHEME = "redis+cluster://";

function clusterNodes(url: string): { host: string; port: number }[] {
  return url
    .slice(CLUSTER_SCHEME.length)
    .split(",")
    .map((node) => {
      const { hostname, port } = new URL(`redis://${node}`);
      return { host: hostname, port: Number(port || 6379) };
    });
}

/** A connection of its own for listening, since one that listens can send nothing else. It waits for Redis to come back. */
export function openSubscriber(redis: AnyRedis): AnyRedis {
  if (redis instanceof Cluster) return redis.duplicate([], { enableOfflineQueue: true });
  return redis.duplicate({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined as never,
  });
}
