import { isCoded } from "../../../kernel/errors.ts";
import { reachedUnnamed } from "./sql-reached.ts";
import { isSuperuser, prepareRecords } from "./sql-records.ts";
import { type Effect, type RunOptions, runScript, type Script } from "./sql-run.ts";
import { compareSchemas } from "./sql-schema.ts";
import { begin, type SqlSession } from "./sql-session.ts";

export type Rehearsal = {
  readonly effect: Effect;
  readonly warnings: readonly string[];
  readonly seconds: number;
};

/**
 * Runs the statements in a transaction, and the down script behind them, and rolls it all back. Throws ExecutorFailure
 * where a statement fails; a down script that fails, or does not bring the definitions back, is a warning.
 */
export async function rehearse(
  session: SqlSession,
  script: Script,
  down: Script | null,
  options: RunOptions,
): Promise<Rehearsal> {
  const started = performance.now();
  await begin(session, options.limits);
  try {
    await prepareRecords(session, script.connection);
    const effect = await runScript(session, script, options);
    const seconds = Math.ceil((performance.now() - started) / 1000);
    const changed = effect.changes.map(({ name }) => name);
    const reached = await reachedUnnamed(session, script.statements, changed);
    const warnings = [
      ...((await isSuperuser(session))
        ? ["The connection's role is a superuser: nothing limits what these statements could reach"]
        : []),
      ...effect.open_sequences.map(
        (name) => `Rehearsing used numbers of ${name}, which belongs to another role: they leave a gap`,
      ),
      ...(reached.length > 0
        ? [
            `Also changes or holds ${listed(reached)}, which no statement names: policies for it were not asked`,
          ]
        : []),
      ...(down ? await rehearseDown(session, down, effect, options) : []),
    ];
    return { effect, warnings, seconds };
  } finally {
    // Where the session is gone the server rolls back by itself.
    await session.run("ROLLBACK").catch(() => undefined);
  }
}

async function rehearseDown(
  session: SqlSession,
  down: Script,
  up: Effect,
  options: RunOptions,
): Promise<string[]> {
  try {
    const { onStatement: _silent, ...quietly } = options;
    const { after } = await runScript(session, down, quietly);
    const left = compareSchemas(up.before, after).map(({ name }) => name);
    if (left.length === 0) return [];
    return [`The down script does not bring back what was: ${listed(left)} would differ`];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [`The down script fails after these statements: ${error.message}`];
  }
}

const LISTED = 5;
const listed = (names: readonly string[]): string =>
  names.slice(0, LISTED).join(", ") + (names.length > LISTED ? `, and ${names.length - LISTED} more` : "");
