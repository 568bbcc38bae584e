import pg from "pg";
import { canonicalJson } from "../../../kernel/canonical-json.ts";
import { sha256 } from "../../../kernel/ids.ts";
import { isWithin } from "../../content.ts";
import { ExecutorFailure } from "../../errors.ts";
import { capital, connectionFailure, isLost, statementFailure } from "./sql-failure.ts";
import { isPlainPath, SETS_PATH } from "./sql-refusals.ts";
import { compareSchemas, digestOf, readSchema, type Schema, type SchemaChange } from "./sql-schema.ts";
import { nameOf, type Statement } from "./sql-script.ts";
import type { Revealed } from "./sql-secrets.ts";
import { guardSequences } from "./sql-sequences.ts";
import { type Limits, type Ran, type SqlSession, setting } from "./sql-session.ts";

/** A script on its way: which connection, its text and statements. */
export type Script = {
  readonly connection: string;
  readonly text: string;
  readonly statements: readonly Statement[];
};

/** What statements did: rows of each, and every definition that differs after them. */
export type Effect = {
  readonly ran: readonly Ran[];
  readonly changes: readonly SchemaChange[];
  readonly before: Schema;
  readonly after: Schema;
  /** Sequences whose numbers are used up by it whatever becomes of the transaction. */
  readonly open_sequences: readonly string[];
};

export type RunOptions = {
  readonly limits: Limits;
  readonly revealed: Revealed;
  /** Sequences of all tables that are written to are brought back with the transaction. */
  readonly guardAll: boolean;
  /** These objects must still have these definitions, by hash, before anything runs. */
  readonly from?: { readonly objects: readonly string[]; readonly before: string };
  readonly onStatement?: (statement: Statement, ran: Ran) => void;
};

/** An error of the server's in words; what else is thrown stays as it is. */
function explain(
  error: unknown,
  script: Script,
  blamed: { name: string; text: string; start: number },
  { limits, revealed }: RunOptions,
): unknown {
  if (error instanceof pg.DatabaseError && !isLost(error)) {
    return statementFailure(error, { ...blamed, script: script.text }, revealed.mask, limits);
  }
  return error instanceof Error && "retryable" in error ? error : connectionFailure(script.connection, error);
}

/**
 * Runs a script's statements inside the transaction that is open, one by one, and then everything that was deferred to
 * its end. Throws ExecutorFailure that names the statement; the transaction is then good for ROLLBACK only.
 */
export async function runScript(session: SqlSession, script: Script, options: RunOptions): Promise<Effect> {
  const { limits, revealed } = options;
  const guard = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explain(error, script, { name: what, text: "", start: 0 }, options);
    }
  };
  const before = await guard("reading the schema", () => readSchema(session));
  if (options.from && digestOf(before, options.from.objects) !== options.from.before) {
    const names = options.from.objects.join(", ");
    throw new ExecutorFailure(
      `${names}: changed by somebody else since it was planned; nothing was changed.`,
    );
  }
  const open_sequences = await guard("holding the sequences", () =>
    guardSequences(session, script.statements, options.guardAll),
  );
  const ran: Ran[] = [];
  for (const statement of script.statements) {
    const text = revealed.text(statement);
    try {
      const done = await session.run(text);
      await refuseMovedPath(session, statement);
      ran.push(done);
      options.onStatement?.(statement, done);
    } catch (error) {
      throw explain(error, script, { name: nameOf(statement), text, start: statement.start }, options);
    }
  }
  const after = await guard("what was deferred to the end", async () => {
    await session.run("SET CONSTRAINTS ALL IMMEDIATE");
    // Whoever the statements have become, and wherever they look: what follows is ours again.
    await session.run("RESET SESSION AUTHORIZATION");
    await session.run("RESET ROLE");
    await setting(session, "statement_timeout", `${limits.statementMs}ms`);
    return readSchema(session);
  });
  return { ran, changes: compareSchemas(before, after), before, after, open_sequences };
}

/** What a block, a function or a trigger does to the path shows only now, and would hold for what comes after it. */
async function refuseMovedPath(session: SqlSession, statement: Statement): Promise<void> {
  const [now] = await session.ask<{ path: string[] }>(
    "SELECT pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ', ') AS path",
  );
  if (!isPlainPath(now!.path.map((name) => (name === '""' ? "" : name))))
    throw new ExecutorFailure(`${capital(nameOf(statement))} ${SETS_PATH}.`);
}

/** One hash over what it did: the same commands, the same definitions before and after. Rows are for themselves. */
export function effectDigest({ ran, changes }: Effect): string {
  return sha256(
    canonicalJson({
      ran: ran.map(({ command }) => command),
      changes: changes.map(({ name, before, after }) => [name, before, after]),
    }),
  );
}

type Rows = number | null;

/** Whether a statement touches as many rows as it did, give or take so many percent of them. Pure. */
export const areRowsWithin = (were: Rows, are: Rows, percent: number): boolean =>
  were === null || are === null ? were === are : isWithin(were, are, percent);

/** Whether it did what was expected of it, rows within their bounds. Pure. */
export function isAsExpected(
  effect: Effect,
  expected: { readonly effect: string; readonly rows: readonly Rows[] },
  percent: number,
): boolean {
  return (
    effectDigest(effect) === expected.effect &&
    effect.ran.every(({ rows }, index) => areRowsWithin(expected.rows[index] ?? null, rows, percent))
  );
}

/** The objects that it changed, with one hash of them before and one after. */
export function objectsOf({ changes, before, after }: Effect) {
  const objects = changes.map(({ name }) => name);
  return { objects, before: digestOf(before, objects), after: digestOf(after, objects) };
}
