import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "./generated/client.ts";
import { type AnyRedis, openRedis } from "./redis.ts";

/** The role that may insert into the ledger but neither update nor delete it; made by the first migration. */
const RUNTIME_ROLE = "ade_app";
/** A transaction that is left open lets go of the sealer's lock after this. */
const IDLE_IN_TRANSACTION_MS = 10_000;

export type Connections = {
  pool: pg.Pool;
  prisma: PrismaClient;
  redis: AnyRedis;
  databaseUrl: string;
  pgOptions: string;
};

/** Server options of every connection: the restricted role where the database has it. */
async function serverOptions(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'member')",
      [RUNTIME_ROLE],
    );
    const role = rowCount ? ` -c role=${RUNTIME_ROLE}` : "";
    return `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}${role}`;
  } finally {
    await client.end();
  }
}

/** One pool for everything: Prisma reads and writes through it too. Throws where PostgreSQL does not answer. */
export async function openConnections(options: {
  databaseUrl: string;
  redisUrl: string;
  poolSize: number;
  onError: (error: Error) => void;
}): Promise<Connections> {
  const pgOptions = await serverOptions(options.databaseUrl);
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    options: pgOptions,
    max: options.poolSize,
    connectionTimeoutMillis: 10_000,
    application_name: "ade",
  });
  // The pool hears of idle clients only; one in use that the server cuts off would end the process.
  pool.on("connect", (client) => {
    client.on("error", (error) => {
      // pg hangs its whole client on the error, statements and all: that is for no log.
      delete (error as { client?: unknown }).client;
      options.onError(error);
    });
  });
  // The same error again, for an idle client: an error that nobody listens for ends the process.
  pool.on("error", () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const redis = openRedis(options.redisUrl, options.onError);
  return { pool, prisma, redis, databaseUrl: options.databaseUrl, pgOptions };
}

export async function closeConnections(connections: Connections): Promise<void> {
  connections.redis.disconnect();
  await connections.prisma.$disconnect();
  if (!connections.pool.ended) await connections.pool.end();
}
