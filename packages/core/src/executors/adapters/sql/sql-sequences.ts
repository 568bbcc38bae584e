import type { Statement } from "./sql-script.ts";
import type { SqlSession } from "./sql-session.ts";
import { sequencesOf, tablesOf } from "./sql-tree.ts";

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Sequences that these tables own or take defaults from, and these themselves. */
const USED = `
WITH t AS (SELECT pg_catalog.to_regclass(n)::oid AS oid FROM pg_catalog.unnest($1::text[]) n)
SELECT s.seqrelid::pg_catalog.regclass::text AS name, s.seqcache::text AS cache FROM pg_catalog.pg_sequence s WHERE s.seqrelid IN (
  SELECT d.objid FROM pg_catalog.pg_depend d JOIN t ON d.refobjid = t.oid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
  UNION SELECT d.refobjid FROM pg_catalog.pg_attrdef a JOIN t ON a.adrelid = t.oid
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = a.oid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass
  UNION SELECT pg_catalog.to_regclass(n)::oid FROM pg_catalog.unnest($2::text[]) n)
ORDER BY 1`;

/**
 * Makes sequences part of the transaction: nextval and setval are not rolled back, but a sequence that ALTER SEQUENCE
 * has rewritten in this transaction is a new file that goes with it. Others wait for its numbers until the end.
 * `everything` takes those of all tables that are written to; else only those that a statement sets.
 * Answers the names of those that could not be had (another owner), whose numbers are used up.
 */
export async function guardSequences(
  session: SqlSession,
  statements: readonly Statement[],
  everything: boolean,
): Promise<string[]> {
  const tables = everything ? statements.flatMap(tablesOf) : [];
  const sequences = statements.flatMap(sequencesOf).filter(({ isSet }) => everything || isSet);
  if (tables.length + sequences.length === 0) return [];
  const names = tables.map(
    ({ schema, name }) => (schema === null ? "" : `${quoted(schema)}.`) + quoted(name),
  );
  const used = await session.ask<{ name: string; cache: string }>(USED, [
    names,
    sequences.map(({ name }) => name),
  ]);
  const open: string[] = [];
  for (const { name, cache } of used) {
    await session.run("SAVEPOINT ade_sequence");
    try {
      await session.run(`ALTER SEQUENCE ${name} CACHE ${cache}`);
    } catch (error) {
      if ((error as { code?: string }).code !== "42501") throw error;
      await session.run("ROLLBACK TO SAVEPOINT ade_sequence");
      open.push(name);
    }
    await session.run("RELEASE SAVEPOINT ade_sequence");
  }
  return open;
}
