import pg from "pg";
import type { Take } from "../frame/contend.ts";

const KEY = 4_020_617;

/** PostgreSQL's session locks: whoever waits occupies a connection, so each waiter has one. */
export async function openAdvisoryLock(
  databaseUrl: string,
  waiters: number,
): Promise<{ take: Take; close: () => Promise<void> }> {
  const clients = Array.from({ length: waiters }, () => new pg.Client({ connectionString: databaseUrl }));
  await Promise.all(clients.map((client) => client.connect()));
  const query = (waiter: number, name: string) =>
    clients[waiter]!.query({ name, text: `SELECT ${name}($1)`, values: [KEY] });
  return {
    async take(waiter) {
      await query(waiter, "pg_advisory_lock");
      return () => query(waiter, "pg_advisory_unlock");
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}
