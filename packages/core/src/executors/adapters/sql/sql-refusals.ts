import { hasReference } from "../../secret-reference.ts";
import type { SqlNode, Statement } from "./sql-script.ts";
import type { SqlToken } from "./sql-tokens.ts";
import { functionName, nodesOf, plainTexts, textsOf } from "./sql-tree.ts";

/** Where this executor keeps its own tables in a database. */
export const OWN_SCHEMA = "community_ade";

const ENDS =
  "would end or divide the transaction that all statements share; leave it out, they are applied together";
const OUTSIDE = "reaches outside the database, where nothing can be rolled back";
const NOT_IN_TRANSACTION = "can't run inside a transaction, so it can be neither rehearsed nor undone";
const AT_ONCE = "takes effect at once and can't be rolled back, so it can't be rehearsed";

const RUNS_TEXT =
  "runs SQL that stands in a text, so that nobody can tell what it touches; write it as a statement";

/** Kinds of statement that are never taken, and why. */
const KINDS: Readonly<Record<string, string>> = {
  TransactionStmt: ENDS,
  CopyStmt: `(COPY) ${OUTSIDE}; write the rows as INSERT`,
  CreatedbStmt: NOT_IN_TRANSACTION,
  DropdbStmt: NOT_IN_TRANSACTION,
  CreateTableSpaceStmt: NOT_IN_TRANSACTION,
  DropTableSpaceStmt: NOT_IN_TRANSACTION,
  AlterSystemStmt: NOT_IN_TRANSACTION,
  CreateSubscriptionStmt: OUTSIDE,
  AlterSubscriptionStmt: OUTSIDE,
  DropSubscriptionStmt: OUTSIDE,
  CheckPointStmt: AT_ONCE,
  LoadStmt: OUTSIDE,
  DiscardStmt: "would throw away the session that it runs in",
  ListenStmt: "has no meaning for a session that ends with it",
  UnlistenStmt: "has no meaning for a session that ends with it",
};

/** Functions whose effect no rollback undoes, or that read or write elsewhere. */
const FUNCTIONS: readonly [RegExp, string][] = [
  [/^dblink/, OUTSIDE],
  [/^(lo_import|lo_export|pg_file_\w+|pg_read_(binary_)?file|pg_ls_\w+|pg_stat_file)$/, OUTSIDE],
  [/^(pg_terminate_backend|pg_cancel_backend|pg_log_backend_memory_contexts)$/, AT_ONCE],
  [/^(pg_reload_conf|pg_rotate_logfile\w*|pg_switch_wal|pg_create_restore_point|pg_promote)$/, AT_ONCE],
  [/^(pg_backup_\w+|pg_wal_replay_\w+|pg_stat_reset\w*|pg_replication_\w+|pg_export_snapshot)$/, AT_ONCE],
  [/^(pg_(create|copy|drop)_\w*slot|pg_logical_\w+|pg_sync_replication_slots)$/, AT_ONCE],
  [/^(query_to_xml\w*|cursor_to_xml\w*|ts_stat|crosstab\w*|connectby|xpath_table)$/, RUNS_TEXT],
  [/^(pg_advisory_lock\w*|pg_try_advisory_lock\w*)$/, "locks for the session; take pg_advisory_xact_lock"],
];

/** The executor's own limits, and what would make the server read text otherwise than it was read here. */
const SETTINGS: Readonly<Record<string, string>> = {
  statement_timeout: "the task's own time limit holds",
  lock_timeout: "the executor's own limit holds",
  transaction_timeout: "the task's own time limit holds",
  idle_in_transaction_session_timeout: "the executor's own limit holds",
  client_connection_check_interval: "the executor's own holds",
  standard_conforming_strings: "text is read by the standard",
  backslash_quote: "text is read by the standard",
  client_encoding: "text is UTF-8",
};
const SEARCH_PATH = "search_path";
const PATH =
  "would make names without a schema mean other tables than the ones that are judged and locked; write the schema before each name";
export const SETS_PATH = `sets ${SEARCH_PATH}, which ${PATH}`;
/** With these no name without a schema means a table elsewhere than in public. */
const PLAIN_PATHS = new Set(["", "public", "pg_catalog"]);

const LANGUAGES = new Set(["plpgsql", "sql"]);

function functionIssue(name: string): string | null {
  const found = FUNCTIONS.find(([pattern]) => pattern.test(name));
  return found ? `calls ${name}, which ${found[1]}` : null;
}

const stringOf = (node: unknown): string | null => {
  const held = (node as { String?: { sval?: string } } | undefined)?.String;
  return held ? (held.sval ?? "") : null;
};

function members(node: SqlNode, list: string): [name: string, arg: unknown][] {
  const elements = Array.isArray(node[list]) ? (node[list] as { DefElem?: SqlNode }[]) : [];
  return elements.flatMap(({ DefElem }) =>
    DefElem ? [[String(DefElem.defname), DefElem.arg] as const] : [],
  ) as [string, unknown][];
}

/** The text of a DO block or a function's body, where it is a text. */
function bodyIssue(kind: string, node: SqlNode): string | null {
  const isBlock = kind === "DoStmt";
  const parts = members(node, isBlock ? "args" : "options");
  const language = stringOf(parts.find(([name]) => name === "language")?.[1])?.toLowerCase() ?? "plpgsql";
  if (isBlock && !LANGUAGES.has(language)) return `is a block in ${language}, which ${OUTSIDE}`;
  const body = parts.find(([name]) => name === "as")?.[1] as { List?: { items?: unknown[] } } | undefined;
  const text = stringOf(body) ?? stringOf(body?.List?.items?.[0]);
  return text === null ? null : textIssue(text);
}

/** `U&"dblink\\005fexec"` as PostgreSQL reads it. */
const unescaped = (text: string): string =>
  text.replace(/\\(?:\+([\da-f]{6})|([\da-f]{4}))/gi, (all, six?: string, four?: string) => {
    const code = Number.parseInt(six ?? four!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

/** What a body, or SQL inside one, calls: by its words, since it may be put together only when it runs. */
function textIssue(text: string): string | null {
  for (const [word] of unescaped(text).matchAll(/[a-z_]\w{3,62}/gi)) {
    const issue = functionIssue(word.toLowerCase());
    if (issue) return issue;
  }
  return /\bcopy\b[^;]*\b(program|stdin|stdout)\b/i.test(text) ? `holds a COPY, which ${OUTSIDE}` : null;
}

function settingIssue(call: SqlNode): string | null {
  const [name, value] = plainTexts(call.args);
  if (name === null || name === undefined)
    return "changes a setting of the session that it does not write out";
  if (name.toLowerCase() === SEARCH_PATH && !isPlainPath([value ?? null])) return SETS_PATH;
  const why = SETTINGS[name.toLowerCase()];
  return why ? `changes a setting of the session: ${why}` : null;
}

export const isPlainPath = (names: readonly (string | null)[]): boolean =>
  names.every((name) => name !== null && PLAIN_PATHS.has(name));

/** A function's own settings end with it. */
const HAVE_THEIR_OWN = new Set(["CreateFunctionStmt", "AlterFunctionStmt"]);

function pathIssue(set: SqlNode, { kind }: Statement): string | null {
  if (String(set.name ?? "").toLowerCase() !== SEARCH_PATH || HAVE_THEIR_OWN.has(kind)) return null;
  // Without a value it becomes the role's own path, which nobody has looked at.
  const isPlain = set.kind === "VAR_SET_VALUE" && isPlainPath(plainTexts(set.args));
  return isPlain ? null : SETS_PATH;
}

function nodeIssue(kind: string, node: SqlNode, statement: Statement): string | null {
  if (KINDS[kind]) return KINDS[kind];
  if (node.concurrent === true && kind !== "RefreshMatViewStmt")
    return `(CONCURRENTLY) ${NOT_IN_TRANSACTION}`;
  switch (kind) {
    case "FuncCall": {
      const name = functionName(node);
      if (name === "set_config") return settingIssue(node);
      const isQuery = name === "ts_rewrite" && Array.isArray(node.args) && node.args.length === 2;
      return isQuery ? `calls ${name}, which ${RUNS_TEXT}` : functionIssue(name);
    }
    case "UpdateStmt": {
      const { relname } = (node.relation ?? {}) as { relname?: string };
      return relname === "pg_settings" ? "changes settings of the session by a table; write SET" : null;
    }
    case "VacuumStmt":
      return node.is_vacuumcmd === true ? NOT_IN_TRANSACTION : null;
    case "ClusterStmt":
      return node.relation === undefined ? NOT_IN_TRANSACTION : null;
    case "ReindexStmt": {
      const isWide = ["REINDEX_OBJECT_SYSTEM", "REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SCHEMA"];
      const isConcurrent = members(node, "params").some(([name]) => name === "concurrently");
      return isConcurrent || isWide.includes(String(node.kind)) ? NOT_IN_TRANSACTION : null;
    }
    case "VariableSetStmt": {
      if (node.kind === "VAR_RESET_ALL") return "resets the limits that the executor has set";
      const name = String(node.name ?? "").toLowerCase();
      return SETTINGS[name] ? `sets ${name}: ${SETTINGS[name]}` : pathIssue(node, statement);
    }
    case "DoStmt":
    case "CreateFunctionStmt":
      return bodyIssue(kind, node);
    default:
      return null;
  }
}

function secretIssue(tokens: readonly SqlToken[]): string | null {
  const wrong = tokens.some(({ text, kind }) => kind !== "plain" && hasReference(text));
  return wrong ? "names a secret elsewhere than between plain single quotes ('secret://name')" : null;
}

/** Why a statement is not taken, as the end of a sentence about it; null where nothing is wrong (pure). */
export function refusalOf(statement: Statement): string | null {
  for (const [kind, node] of nodesOf(statement)) {
    const issue = nodeIssue(kind, node, statement);
    if (issue) return issue;
  }
  for (const text of textsOf(statement)) {
    if ([text, unescaped(text)].some((each) => each.toLowerCase().includes(OWN_SCHEMA)))
      return `touches ${OWN_SCHEMA}, where it is recorded what was applied`;
  }
  return secretIssue(statement.tokens);
}
