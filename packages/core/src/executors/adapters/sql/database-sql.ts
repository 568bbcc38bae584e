import { z } from "zod";
import { canonicalJson } from "../../../kernel/canonical-json.ts";
import { sha256 } from "../../../kernel/ids.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { AttemptContext, Executor, Json, PlanContext } from "../../port.ts";
import { applyScript, NO_DOWN, type Outcome, standing, undo } from "./sql-apply.ts";
import { placeOf, type SqlConnections } from "./sql-connections.ts";
import { isOfTheMoment } from "./sql-failure.ts";
import { forgetApplied } from "./sql-forget.ts";
import { parameterIssues, type SqlTask, sqlParametersSchema, sqlTask, touchedBy } from "./sql-parameters.ts";
import { sqlPreview } from "./sql-preview.ts";
import { type Rehearsal, rehearse } from "./sql-rehearsal.ts";
import { effectDigest, isAsExpected, objectsOf } from "./sql-run.ts";
import { createRevealed } from "./sql-secrets.ts";
import { inSession } from "./sql-transaction.ts";

const TYPE = "database.sql";
/** Raised when the same parameters come to mean something else; approvals given before then no longer hold. */
const VERSION = 2;
/** A rehearsal holds the locks of what it rehearses: others wait for it, so it is short. */
export const REHEARSAL_LIMITS = { statementMs: 15_000, lockMs: 3_000 };

const stashShape = z.strictObject({
  connection: z.string(),
  statements: z.string(),
  down: z.string().nullable(),
  rows_may_differ_percent: z.int().default(0),
  idempotency_key: z.string(),
  /** What a rehearsal did; null where it failed by itself, and then it is not applied either. */
  expected: z
    .strictObject({
      effect: z.string(),
      /** Rows of each statement. */
      rows: z.array(z.int().nullable()),
      objects: z.array(z.string()),
      before: z.string(),
      after: z.string(),
    })
    .nullable(),
});
export type SqlStash = z.infer<typeof stashShape>;

/**
 * Executor of `database.sql`: `{connection, statements, down?}` on named PostgreSQL connections (apply.md,
 * "Executors"). What is rehearsed, rolled back, is what is applied: one transaction, committed with a record of itself.
 */
export function createSqlExecutor(options: { connections: SqlConnections }): Executor {
  const { connections } = options;

  async function rehearsed(task: SqlTask, context: PlanContext): Promise<Rehearsal> {
    const revealed = createRevealed(context, task.connection.url);
    return inSession(task, context, revealed, (session) =>
      rehearse(session, task.up, task.down, { limits: REHEARSAL_LIMITS, revealed, guardAll: true }),
    );
  }

  async function expectation(task: SqlTask, context: PlanContext): Promise<SqlStash["expected"]> {
    try {
      const { effect } = await rehearsed(task, context);
      return {
        effect: effectDigest(effect),
        rows: effect.ran.map(({ rows }) => rows),
        ...objectsOf(effect),
      };
    } catch (error) {
      // A plan with errors that an admin lets through shall fail by itself, with its own words; but a lock that
      // somebody held a moment ago must not leave it without what it is compared with.
      const isStatement =
        error instanceof ExecutorFailure &&
        (error.details as { kind?: string } | undefined)?.kind === "statement";
      if (!isStatement || isOfTheMoment(error)) throw error;
      return null;
    }
  }

  const stashed = (json: Json): { stash: SqlStash; task: SqlTask } => {
    const stash = stashShape.parse(json);
    const { connection, statements, down, rows_may_differ_percent } = stash;
    const given = { connection, statements, ...(down === null ? {} : { down }), rows_may_differ_percent };
    return { stash, task: sqlTask(given, connections) };
  };

  return {
    types: [TYPE],
    title: "SQL migration",
    description:
      "Runs SQL statements on a PostgreSQL database in one transaction, after a rehearsal that is rolled back.",
    parameters: sqlParametersSchema(connections),
    example: {
      type: TYPE,
      description: "Let orders carry a note",
      resources: [{ type: "database", id: Object.keys(connections)[0] ?? "main", actions: ["write"] }],
      parameters: {
        connection: Object.keys(connections)[0] ?? "main",
        statements: "ALTER TABLE orders ADD COLUMN note text;\n",
        down: "ALTER TABLE orders DROP COLUMN note;\n",
      },
    },
    worst_case: 80,
    volatile: [],
    retry: true,
    cheap_plan: false,

    digest(config) {
      const name = String(config.parameters.connection);
      const connection = Object.hasOwn(connections, name) ? connections[name]! : null;
      return sha256(
        canonicalJson({ executor: TYPE, version: VERSION, place: connection && placeOf(connection) }),
      );
    },

    resources: (config) => touchedBy(config.parameters),
    check: (config) => parameterIssues(config.parameters, connections),
    noWayBack: ({ parameters }) => (parameters.down === undefined ? NO_DOWN : null),

    async plan(config, context) {
      const task = sqlTask(config.parameters, connections);
      const rehearsal = await rehearsed(task, context);
      if (context.stash !== undefined && stashShape.parse(context.stash).expected === null) throw unguarded();
      return sqlPreview(task, rehearsal);
    },

    async stash(config, context) {
      const task = sqlTask(config.parameters, connections);
      const stash: SqlStash = {
        connection: task.name,
        statements: task.up.text,
        down: task.down?.text ?? null,
        rows_may_differ_percent: task.rows_may_differ_percent,
        idempotency_key: context.idempotency_key,
        expected: await expectation(task, context),
      };
      return stash;
    },

    async apply(config, context) {
      const task = sqlTask(config.parameters, connections);
      const expected = context.stash === undefined ? null : stashShape.parse(context.stash).expected;
      if (context.stash !== undefined && expected === null) {
        // It says itself why it can't be applied; where it can, nobody knows what it would change.
        await rehearsed(task, context);
        throw unguarded();
      }
      return said(
        await applyScript(task, context, {
          key: context.idempotency_key,
          expected,
          statementMs: config.timeout_seconds * 1000,
        }),
      );
    },

    async inspect(json, _config, context: AttemptContext) {
      const { stash, task } = stashed(json);
      if ((await standing(task, context, stash.idempotency_key)) === "applied") return "done";
      if (stash.expected === null) return "untouched";
      try {
        const { effect } = await rehearsed(task, context);
        const isSame = isAsExpected(effect, stash.expected, task.rows_may_differ_percent);
        return isSame ? "untouched" : "foreign";
      } catch (error) {
        // It could be applied before and can't any more: somebody changed what it is about.
        if (error instanceof ExecutorFailure && !isOfTheMoment(error)) return "foreign";
        throw error;
      }
    },

    async planRollback(json, _config, context) {
      const { task } = stashed(json);
      if (!task.down) throw new ExecutorFailure(NO_DOWN);
      const back = { ...task, up: task.down, down: null };
      const { changes, warnings } = sqlPreview(back, await rehearsed(back, context));
      return { changes, warnings };
    },

    async rollback(json, context) {
      const { stash, task } = stashed(json);
      return said(await undo(task, context, { key: stash.idempotency_key, expected: stash.expected }));
    },

    forget: (old) => forgetApplied(connections, old),
  };
}

const unguarded = () =>
  new ExecutorFailure(
    "It could not be rehearsed when the attempt began and can be now, so nothing says what it should change; nothing was changed.",
    { retryable: true },
  );

const said = ({ output }: Outcome): { output: string } => ({ output });
