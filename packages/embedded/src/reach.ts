import { Redis } from "ioredis";
import pg from "pg";
import { messageOf, PlainError } from "./plain-error.ts";

/**
 * Checks that a PostgreSQL that somebody else runs can be used.
 *
 * @throws PlainError with one sentence on what to do
 */
export async function reachPostgres(url: string): Promise<void> {
  const { host, pathname, username } = new URL(url);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 8000 });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "3D000") {
      throw new PlainError(
        `PostgreSQL at ${host} has no database "${pathname.slice(1)}": make it, or correct DATABASE_URL.`,
      );
    }
    if (code === "28P01" || code === "28000") {
      throw new PlainError(
        `PostgreSQL at ${host} refuses the user "${username}": correct user and password in DATABASE_URL.`,
      );
    }
    throw new PlainError(
      `PostgreSQL at ${host} can't be reached (${code ?? messageOf(error)}): start it or correct DATABASE_URL; without DATABASE_URL an embedded one is used.`,
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Checks that a Redis that somebody else runs can be used.
 *
 * @throws PlainError with one sentence on what to do
 */
export async function reachRedis(url: string): Promise<void> {
  const { host } = new URL(url);
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 8000,
    commandTimeout: 8000,
    enableReadyCheck: false,
  });
  let last: unknown;
  client.on("error", (error) => {
    last = error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const why = messageOf(last ?? error);
    if (/NOAUTH|WRONGPASS/.test(`${why} ${messageOf(error)}`)) {
      throw new PlainError(`Redis at ${host} refuses the sign-in: correct the password in REDIS_URL.`);
    }
    throw new PlainError(
      `Redis at ${host} can't be reached (${why}): start it or correct REDIS_URL; without REDIS_URL an embedded one is used.`,
    );
  } finally {
    client.disconnect();
  }
}
