import { setTimeout as delay } from "node:timers/promises";
import { ExecutorFailure } from "../../errors.ts";
import type { ApplyContext, AttemptContext } from "../../port.ts";
import { createSay } from "../../say.ts";
import { capital, isLost } from "./sql-failure.ts";
import type { SqlTask } from "./sql-parameters.ts";
import { type Applied, enterKey, keepRecord, passFence, prepareRecords } from "./sql-records.ts";
import {
  areRowsWithin,
  type Effect,
  isAsExpected,
  objectsOf,
  type RunOptions,
  runScript,
  type Script,
} from "./sql-run.ts";
import { digestOf, readSchema } from "./sql-schema.ts";
import { nameOf, type Statement } from "./sql-script.ts";
import { createRevealed } from "./sql-secrets.ts";
import { begin, type Limits, type Ran, type SqlSession } from "./sql-session.ts";
import { inSession } from "./sql-transaction.ts";

/** Who waits for a lock makes others wait behind: better to fail soon and be tried again. */
const LOCK_MS = 10_000;
const ASK_LIMITS: Limits = { statementMs: 15_000, lockMs: 10_000 };
/** Where nobody says how long undoing may take. */
const UNDO_MS = 60_000;
/** How often the fate of a lost COMMIT is asked for, and how long apart. */
const ASK_AGAIN_MS = [0, 500, 1_000, 2_000, 4_000];
/** For all of that: who was told to stop has a grace of a few seconds more. */
const ASKING_MS = 10_000;

export const NO_DOWN = "It has no down script, so it can't be undone.";

export type Expected = {
  readonly effect: string;
  readonly rows: readonly (number | null)[];
  readonly objects: readonly string[];
  readonly before: string;
} | null;
export type Outcome = { readonly output: string };

const linesOf = ({ title, number }: Statement, { command, rows }: Ran) =>
  `${number}. ${title}: ${command}${rows === null ? "" : `, ${rows} ${rows === 1 ? "row" : "rows"}`}\n`;

function tokensFor(task: SqlTask, context: AttemptContext): Record<string, number> {
  if (!task.connection.fence) return {};
  // The locks on tasks and agents are as many as there are tasks; those on resources are what others contend for.
  const tokens = Object.entries(context.fencing_tokens).filter(([key]) => !/^(task|agent):/.test(key));
  return Object.fromEntries(tokens);
}

/** Why what it does now is not what it did when it was planned. */
function differs(task: SqlTask, effect: Effect, expected: NonNullable<Expected>): string {
  const percent = task.rows_may_differ_percent;
  const index = effect.ran.findIndex(
    ({ rows }, place) => !areRowsWithin(expected.rows[place] ?? null, rows, percent),
  );
  const statement = task.up.statements[index];
  if (!statement) return "The definitions that it changes were changed by somebody else";
  const [now, then] = [effect.ran[index]!.rows, expected.rows[index]];
  return `${capital(nameOf(statement))} touches ${now} rows now, not ${then} as when it was planned`;
}

/** Has `key` been applied in this database, as far as anybody can tell? Waits for a transaction that is about it. */
export async function standing(
  task: Pick<SqlTask, "name" | "connection">,
  context: AttemptContext,
  key: string,
): Promise<Applied["status"] | null> {
  const revealed = createRevealed(context, task.connection.url);
  return inSession(task, context, revealed, async (session) => {
    await begin(session, ASK_LIMITS);
    try {
      await prepareRecords(session, task.name);
      return (await enterKey(session, key))?.status ?? null;
    } finally {
      await session.run("ROLLBACK").catch(() => undefined);
    }
  });
}

/**
 * Commits; where the connection is lost in the middle, or it is stopped while COMMIT is on its way, asks the database
 * itself whether it was done. Throws ExecutorFailure where it was not, or nobody can tell; the reason of
 * `context.signal` where that is why it was not.
 */
async function commit(
  session: SqlSession,
  task: SqlTask,
  context: ApplyContext,
  isDone: (context: AttemptContext) => Promise<boolean>,
): Promise<void> {
  context.signal.throwIfAborted();
  try {
    const { command } = await session.run("COMMIT");
    if (command !== "COMMIT") throw new ExecutorFailure("The server rolled the transaction back at its end.");
    return;
  } catch (error) {
    const isStopped = context.signal.aborted;
    if (!isStopped && (error instanceof ExecutorFailure || !isLost(error))) throw error;
  }
  // Under a signal of its own: who was stopped still has to say how it ended.
  const signal = AbortSignal.timeout(ASKING_MS);
  const asking = { ...context, signal };
  for (const waitMs of ASK_AGAIN_MS) {
    const done = await delay(waitMs, undefined, { signal })
      .then(() => isDone(asking))
      .catch((error: unknown) => {
        if (signal.aborted || (error instanceof ExecutorFailure && error.retryable)) return null;
        throw error;
      });
    if (done === true) return;
    if (done === false) {
      context.signal.throwIfAborted();
      const sentence = "The connection was lost before the transaction was committed; nothing was changed.";
      throw new ExecutorFailure(sentence, { retryable: true });
    }
  }
  throw new ExecutorFailure(
    `It was cut off while it was committed, and the database of connection ${task.name} can't be asked whether it was done.`,
    { ended_as: "unknown" },
  );
}

/** Runs a script in the transaction that is open, telling each statement. */
async function running(
  session: SqlSession,
  script: Script,
  context: ApplyContext,
  how: { statementMs: number; url: string; from?: RunOptions["from"]; say: (text: string) => void },
): Promise<Effect> {
  const revealed = createRevealed(context, how.url);
  const total = script.statements.length;
  return runScript(session, script, {
    limits: { statementMs: how.statementMs, lockMs: LOCK_MS },
    revealed,
    guardAll: false,
    ...(how.from ? { from: how.from } : {}),
    onStatement(statement, ran) {
      how.say(linesOf(statement, ran));
      context.report({
        percent: Math.round((95 * statement.number) / total),
        message: `${statement.number} of ${total} statements`,
      });
      context.signal.throwIfAborted();
    },
  });
}

/** Applies the statements in one transaction with their record. Throws ExecutorFailure; then nothing is changed. */
export async function applyScript(
  task: SqlTask,
  context: ApplyContext,
  how: { key: string; expected: Expected; statementMs: number },
): Promise<Outcome> {
  const { say, end } = createSay(context);
  const revealed = createRevealed(context, task.connection.url);
  const { url } = task.connection;
  await inSession(
    task,
    context,
    revealed,
    async (session) => {
      context.report({ percent: 1, message: `Connected to ${task.name}` });
      context.signal.throwIfAborted();
      await begin(session, { statementMs: how.statementMs, lockMs: LOCK_MS });
      await prepareRecords(session, task.name);
      await passFence(session, tokensFor(task, context));
      const before = await enterKey(session, how.key);
      if (before?.status === "applied") {
        await session.run("ROLLBACK");
        say("An earlier attempt had already committed it.\n");
        return;
      }
      const effect = await running(session, task.up, context, {
        statementMs: how.statementMs,
        ...{ url, say },
        ...(how.expected ? { from: how.expected } : {}),
      });
      if (how.expected && !isAsExpected(effect, how.expected, task.rows_may_differ_percent)) {
        throw new ExecutorFailure(`${differs(task, effect, how.expected)}; nothing was changed.`);
      }
      const { objects, after } = objectsOf(effect);
      await keepRecord(session, how.key, { status: "applied", objects, after_digest: after });
      await commit(
        session,
        task,
        context,
        async (asking) => (await standing(task, asking, how.key)) === "applied",
      );
      say(`Committed to ${task.name}.\n`);
    },
    (notice) => say(revealed.mask(notice)),
  );
  return end();
}

/** Refuses what somebody else has changed: `left` is how the definitions of `objects` were, by hash. */
async function refuseForeign(
  session: SqlSession,
  objects: readonly string[],
  left: string,
  sentence: string,
): Promise<void> {
  if (digestOf(await readSchema(session), objects) !== left) {
    throw new ExecutorFailure(`${objects.join(", ")}: changed by somebody else since; ${sentence}`);
  }
}

/** Brings back what was applied under `key` by the down script, in one transaction with its record. */
export async function undo(
  task: SqlTask,
  context: ApplyContext,
  how: { key: string; expected: Expected },
): Promise<Outcome> {
  const { say, end } = createSay(context);
  const revealed = createRevealed(context, task.connection.url);
  const { url } = task.connection;
  const statementMs = context.limit_ms ?? UNDO_MS;
  await inSession(
    task,
    context,
    revealed,
    async (session) => {
      context.signal.throwIfAborted();
      await begin(session, { statementMs, lockMs: LOCK_MS });
      await prepareRecords(session, task.name);
      const applied = await enterKey(session, how.key);
      if (applied?.status !== "applied") {
        if (how.expected) {
          const { objects, before } = how.expected;
          await refuseForeign(session, objects, before, "nothing had been applied, and nothing was undone.");
        }
        await session.run("ROLLBACK");
        say("Nothing of it is in the database: there is nothing to undo.\n");
        return;
      }
      if (!task.down) throw new ExecutorFailure(NO_DOWN);
      const { objects, after_digest } = applied;
      await refuseForeign(session, objects, after_digest, "the down script was not run.");
      await passFence(session, tokensFor(task, context));
      const effect = await running(session, task.down, context, { statementMs, url, say });
      const left = { objects, after_digest: digestOf(effect.after, objects) };
      await keepRecord(session, how.key, { status: "rolled_back", ...left });
      await commit(
        session,
        task,
        context,
        async (asking) => (await standing(task, asking, how.key)) === "rolled_back",
      );
      say(`The down script is committed to ${task.name}.\n`);
    },
    (notice) => say(revealed.mask(notice)),
  );
  return end();
}
