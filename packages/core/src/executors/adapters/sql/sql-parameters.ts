import { z } from "zod";
import { isCoded } from "../../../kernel/errors.ts";
import type { ResourceRef } from "../../../resources/schema.ts";
import { canonicalKey } from "../../../resources/service.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { Issue } from "../../port.ts";
import type { SqlConnection, SqlConnections } from "./sql-connections.ts";
import { refusalOf } from "./sql-refusals.ts";
import type { Script } from "./sql-run.ts";
import { nameOf, readScript, SCRIPT_LIMIT_CHARACTERS, SqlUnreadable, type Statement } from "./sql-script.ts";
import { isSweeping, madeBy, qualified, type TableName, tablesOf } from "./sql-tree.ts";

/** More tables than these are not named each: the lock on the database holds for all. */
const MAX_TABLES = 20;

/** Rows of a live table come and go between a plan and its apply; a tenth of them more or less is the same change. */
const ROWS_MAY_DIFFER_PERCENT = 10;

const parameters = z.strictObject({
  connection: z.string(),
  statements: z.string(),
  down: z.string().optional(),
  rows_may_differ_percent: z.int().min(0).max(100).default(ROWS_MAY_DIFFER_PERCENT),
});

/** A configuration's parameters, understood. */
export type SqlTask = {
  readonly name: string;
  readonly connection: SqlConnection;
  readonly up: Script;
  readonly down: Script | null;
  /** How far the rows of a statement may be from those of its plan; of fewer than ten, with a tenth, none. */
  readonly rows_may_differ_percent: number;
};

/** JSON Schema of the parameters; the connections are offered by name. */
export function sqlParametersSchema(connections: SqlConnections): Record<string, unknown> {
  const names = Object.keys(connections);
  const script = {
    type: "string",
    minLength: 1,
    maxLength: SCRIPT_LIMIT_CHARACTERS,
    contentMediaType: "application/sql",
  };
  return {
    type: "object",
    additionalProperties: false,
    required: ["connection", "statements"],
    properties: {
      connection: {
        type: "string",
        title: "Connection",
        description: "The database, by the name it has in the settings",
        ...(names.length > 0 && { enum: names }),
      },
      statements: {
        ...script,
        title: "Statements",
        description: "SQL, applied in one transaction; without BEGIN and COMMIT",
      },
      down: {
        ...script,
        title: "Down script",
        description: "SQL that brings back what was, for rolling back",
      },
      rows_may_differ_percent: {
        type: "integer",
        title: "Rows may differ by (%)",
        description: `How many more or fewer rows than in the approved plan a statement may touch; few must be the same (${ROWS_MAY_DIFFER_PERCENT})`,
        minimum: 0,
        maximum: 100,
        default: ROWS_MAY_DIFFER_PERCENT,
      },
    },
  };
}

function scriptIssues(text: string, field: string): Issue[] {
  try {
    return readScript(text).flatMap((statement) => {
      const refusal = refusalOf(statement);
      return refusal ? [{ field, issue: `${nameOf(statement)} ${refusal}` }] : [];
    });
  } catch (error) {
    if (error instanceof SqlUnreadable) return [{ field, issue: error.message }];
    throw error;
  }
}

/** What is wrong with the parameters by themselves; reads no database. */
export function parameterIssues(given: unknown, connections: SqlConnections): Issue[] {
  const { connection, statements, down } = parameters.parse(given);
  const known = Object.keys(connections);
  const unknown: Issue = {
    field: "config.parameters.connection",
    issue: known.length > 0 ? `must be one of ${known.join(", ")}` : "no SQL connections are set up",
  };
  return [
    ...(Object.hasOwn(connections, connection) ? [] : [unknown]),
    ...scriptIssues(statements, "config.parameters.statements"),
    ...(down === undefined ? [] : scriptIssues(down, "config.parameters.down")),
  ];
}

/** The task behind parameters; ExecutorFailure for what validation would refuse (a connection may be gone since). */
export function sqlTask(given: unknown, connections: SqlConnections): SqlTask {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) throw new ExecutorFailure("The parameters are not those of database.sql.");
  const [issue] = parameterIssues(given, connections);
  if (issue) throw new ExecutorFailure(`${issue.field}: ${issue.issue}.`);
  const { connection: name, statements, down, rows_may_differ_percent } = parsed.data;
  const script = (text: string): Script => ({ connection: name, text, statements: readScript(text) });
  return {
    name,
    connection: connections[name]!,
    up: script(statements),
    down: down === undefined ? null : script(down),
    rows_may_differ_percent,
  };
}

const isNameable = (ref: ResourceRef): boolean => {
  try {
    canonicalKey(ref);
    return true;
  } catch (error) {
    if (isCoded(error)) return false;
    throw error;
  }
};

/** The database as a resource: its connection's name. */
export const databaseRef = (connection: string, ...actions: ("write" | "delete")[]): ResourceRef => ({
  type: "database",
  id: connection,
  scope: "namespace",
  namespace: "default",
  actions: actions.length > 0 ? actions : ["write"],
});

/** A table in it, `connection/table` in the schema public and `connection/schema.table` elsewhere; null without a spelling. */
export function tableRef(connection: string, table: TableName): ResourceRef | null {
  const name =
    table.schema === null || table.schema === "public" ? table.name : `${table.schema}.${table.name}`;
  const ref = databaseRef(`${connection}/${name}`, table.isRemoved ? "delete" : "write");
  return isNameable(ref) ? ref : null;
}

/** What a statement changes: its table where it names exactly one and no more can go with it, else the database. */
export function statementRef(connection: string, statement: Statement): ResourceRef {
  if (isSweeping(statement)) return databaseRef(connection, "delete");
  const [only, ...more] = tablesOf(statement);
  return (only && more.length === 0 && tableRef(connection, only)) || databaseRef(connection);
}

/**
 * The database, and the tables that the statements themselves, and those of the down script, name as changed: either
 * may be run once it is approved. Nothing where they can't be read. What the statements make is not missed when the
 * down script drops it, so that is no deletion.
 */
export function touchedBy(given: unknown): ResourceRef[] {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) return [];
  const { connection, statements, down } = parsed.data;
  const database = databaseRef(connection);
  if (!isNameable(database)) return [];
  let scripts: readonly (readonly Statement[])[];
  try {
    scripts = [readScript(statements), down === undefined ? [] : readScript(down)];
  } catch (error) {
    if (error instanceof SqlUnreadable) return [database];
    throw error;
  }
  const [up = [], back = []] = scripts;
  const made = madeBy(up);
  const named = [
    ...up.flatMap(tablesOf),
    ...back.flatMap(tablesOf).map((table) => ({
      ...table,
      isRemoved: table.isRemoved && !made.has(qualified(table.schema, table.name)),
    })),
  ];
  const tables = new Map<string, ResourceRef>();
  for (const ref of named.map((table) => tableRef(connection, table))) {
    if (!ref) continue;
    const key = canonicalKey(ref);
    const actions = [...new Set([...(tables.get(key)?.actions ?? []), ...ref.actions])];
    tables.set(key, { ...ref, actions });
  }
  const areNamed = tables.size <= MAX_TABLES;
  const isDeleting =
    up.some((statement) => isSweeping(statement)) ||
    back.some((statement) => isSweeping(statement, made)) ||
    (!areNamed && named.some(({ isRemoved }) => isRemoved));
  return [
    isDeleting ? databaseRef(connection, "write", "delete") : database,
    ...(areNamed ? tables.values() : []),
  ];
}
