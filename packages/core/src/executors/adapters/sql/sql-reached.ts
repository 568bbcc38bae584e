import { OWN_SCHEMA } from "./sql-refusals.ts";
import type { Statement } from "./sql-script.ts";
import type { SqlSession } from "./sql-session.ts";
import { qualified, tablesOf } from "./sql-tree.ts";

/**
 * Tables that this transaction has written to or holds for itself, each with those that it is a partition of: writing
 * takes RowExclusiveLock, TRUNCATE and changed definitions AccessExclusiveLock, and both last as long as it does.
 */
const HELD = `
  SELECT DISTINCT ARRAY(
      SELECT pg_catalog.format('%s.%s', n.nspname, c.relname)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = held.oid OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_ancestors(held.oid))
      ORDER BY c.oid <> held.oid, c.oid) AS names
  FROM pg_catalog.pg_locks l
    JOIN pg_catalog.pg_class held ON held.oid = l.relation AND held.relkind IN ('r', 'p', 'f')
    JOIN pg_catalog.pg_namespace of_held ON of_held.oid = held.relnamespace
  WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    AND l.mode IN ('RowExclusiveLock', 'AccessExclusiveLock') AND held.relpersistence <> 't'
    AND of_held.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', '${OWN_SCHEMA}')`;

/**
 * Tables that statements reached without naming them: behind a view, by a trigger, a function, a block or a cascading
 * key. Asked in the transaction that ran them. `shown` are the definitions that differ, whatever they were called before.
 */
export async function reachedUnnamed(
  session: SqlSession,
  statements: readonly Statement[],
  shown: readonly string[],
): Promise<string[]> {
  const named = new Set([
    ...statements.flatMap(tablesOf).map(({ schema, name }) => qualified(schema, name)),
    ...shown.map((name) => name.replace(/^table /, "")),
  ]);
  const held = await session.ask<{ names: string[] }>(HELD);
  return held
    .filter(({ names }) => !names.some((name) => named.has(name)))
    .map(({ names }) => names[0]!)
    .sort();
}
