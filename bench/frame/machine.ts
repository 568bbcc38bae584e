import { cpus, totalmem } from "node:os";
import { Redis } from "ioredis";
import pg from "pg";

/** Where figures come from, as far as it explains them. Never a host name, an address or a path. */
export type Machine = {
  cpu: string;
  cores: number;
  memory_gb: number;
  platform: string;
  node: string;
  postgresql: string;
  redis: string;
};

export async function describeMachine(databaseUrl: string, redisUrl: string): Promise<Machine> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query("SHOW server_version");
  await client.end();
  const redis = new Redis(redisUrl);
  const info = await redis.info("server");
  redis.disconnect();
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgresql: rows[0].server_version,
    redis: /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown",
  };
}
