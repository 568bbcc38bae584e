import { isCoded } from "../../../kernel/errors.ts";
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
    const warnings = [
      ...((await isSuperuser(session))
        ? ["The connection's role is a superuser: nothing limits what these statements could reach"]
        : []),
      ...effect.open_sequences.map(
        (name) => `Rehearsing used numbers of ${name}, which belongs to another role: they leave a gap`,
      ),
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
    const named = left.slice(0, 5).join(", ") + (left.length > 5 ? `, and ${left.length - 5} more` : "");
    return [`The down script does not bring back what was: ${named} would differ`];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [`The down script fails after these statements: ${error.message}`];
  }
}
