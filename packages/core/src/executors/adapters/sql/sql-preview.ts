import type { Change, Preview } from "../../schema.ts";
import { unifiedDiff } from "../../unified-diff.ts";
import { databaseRef, type SqlTask, statementRef, tableRef } from "./sql-parameters.ts";
import type { Rehearsal } from "./sql-rehearsal.ts";
import type { SchemaChange } from "./sql-schema.ts";

const MAX_TEXT = 2000;

/** `table public.orders` as the table that it is; other objects belong to the database as a whole. */
function refOf(connection: string, name: string) {
  const [, schema, table] =
    /^(?:table|view|materialized view|foreign table) ([^".]+)\.([^".]+)$/.exec(name) ?? [];
  return (
    (table && tableRef(connection, { schema: schema!, name: table, isRemoved: false })) ||
    databaseRef(connection)
  );
}

function definitionChange(connection: string, { name, before, after }: SchemaChange): Change {
  return {
    resource: refOf(connection, name),
    action: before === null ? "create" : after === null ? "delete" : "update",
    diff: unifiedDiff(name, before, after),
  };
}

const bounded = (text: string) =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;

/** What the rehearsal says that applying would do: each statement with its rows, each definition that would differ (pure). */
export function sqlPreview(task: SqlTask, { effect, warnings, seconds }: Rehearsal): Preview {
  const statements = task.up.statements.map((statement, index): Change => {
    const { command, rows } = effect.ran[index]!;
    return {
      resource: statementRef(task.name, statement),
      action: command.toLowerCase(),
      after: { statement: statement.number, sql: bounded(statement.text), rows },
      ...(rows === null ? {} : { may_differ: { "after.rows": task.rows_may_differ_percent } }),
    };
  });
  return {
    valid: true,
    changes: [...effect.changes.map((change) => definitionChange(task.name, change)), ...statements],
    warnings: [...warnings],
    errors: [],
    estimated_duration_seconds: seconds,
    affected_services: [],
  };
}
