import { type RunningPostgres, startPostgres } from "@ade/embedded/postgres";
import { reachPostgres, reachRedis } from "@ade/embedded/reach";
import { type RunningRedis, startRedis } from "@ade/embedded/redis";
import type { Settings } from "./settings.ts";

/** A PostgreSQL or Redis: ours to start, watch and stop, or somebody else's, which is only checked. */
export type Service = {
  name: "PostgreSQL" | "Redis";
  url: string;
  /** what the line of progress says */
  outcome: string;
  embedded?: {
    pid: number;
    stop(): Promise<void>;
    /** starts it anew on the same port, after it ended by itself */
    restart(): Promise<Service>;
  };
};

type Log = (line: string) => void;

/** PostgreSQL of DATABASE_URL, else the embedded one. */
export async function postgresService({ databaseUrl, dataDir }: Settings, log: Log): Promise<Service> {
  if (databaseUrl) {
    await reachPostgres(databaseUrl);
    return { name: "PostgreSQL", url: databaseUrl, outcome: `${new URL(databaseUrl).host} (DATABASE_URL)` };
  }
  return await ours("PostgreSQL", () => startPostgres({ dataDir, log }));
}

/** Redis of REDIS_URL, else the embedded one. */
export async function redisService({ redisUrl, dataDir }: Settings, log: Log): Promise<Service> {
  if (redisUrl) {
    await reachRedis(redisUrl);
    return { name: "Redis", url: redisUrl, outcome: `${new URL(redisUrl).host} (REDIS_URL)` };
  }
  return await ours("Redis", () => startRedis({ dataDir, log }));
}

async function ours(
  name: Service["name"],
  start: () => Promise<RunningPostgres | RunningRedis>,
): Promise<Service> {
  const { url, pid, stop } = await start();
  const outcome = `embedded, on port ${new URL(url).port}`;
  return { name, url, outcome, embedded: { pid, stop, restart: () => ours(name, start) } };
}
