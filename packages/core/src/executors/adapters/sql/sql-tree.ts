import type { SqlNode, Statement } from "./sql-script.ts";

/** A table as a statement writes it; without a schema the search path decides. */
export type TableName = {
  readonly schema: string | null;
  readonly name: string;
  readonly isRemoved: boolean;
};

/** Every node of a statement with its kind, the statement itself first. Iterative: a tree may be thousands deep. */
export function* nodesOf(
  statement: Pick<Statement, "kind" | "node">,
): Generator<[kind: string, node: SqlNode]> {
  const left: unknown[] = [{ [statement.kind]: statement.node }];
  while (left.length > 0) {
    const value = left.pop();
    if (Array.isArray(value)) left.push(...value.toReversed());
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value).toReversed()) {
        if (typeof member === "object" && member !== null) left.push(member);
        if (isKind(key) && isNode(member)) yield [key, member];
      }
    }
  }
}

const isKind = (key: string) => /^[A-Z]/.test(key);
const isNode = (value: unknown): value is SqlNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The last part of a qualified name (`pg_catalog.setval`), in the parser's form. */
export function functionName(call: SqlNode): string {
  const parts = texts(call.funcname);
  return (parts.at(-1) ?? "").toLowerCase();
}

function texts(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((part) =>
    isNode(part) && isNode(part.String) ? [String(part.String.sval ?? "")] : [],
  );
}

/** The text that a function's first argument is, where it is written out: `nextval('orders_id_seq')`. */
export function firstText(call: SqlNode): string | null {
  const [argument] = Array.isArray(call.args) ? call.args : [];
  for (const [kind, node] of nodesOf({ kind: "Argument", node: { argument } })) {
    if (kind === "A_Const" && isNode(node.sval)) return String(node.sval.sval ?? "");
  }
  return null;
}

/** What each of these expressions says, where that is nothing but a text written out. */
export function plainTexts(expressions: unknown): (string | null)[] {
  if (!Array.isArray(expressions)) return [];
  return expressions.map((expression) => {
    let node = expression;
    while (isNode(node) && isNode(node.TypeCast)) node = node.TypeCast.arg;
    const sval = isNode(node) && isNode(node.A_Const) ? node.A_Const.sval : null;
    return isNode(sval) ? String(sval.sval ?? "") : null;
  });
}

/** Every text in a statement's tree, as the server reads it: names and literals without quotes and escapes. */
export function* textsOf({ node }: Pick<Statement, "node">): Generator<string> {
  const left: unknown[] = [node];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === "string") yield value;
    else if (typeof value === "object" && value !== null)
      for (const each of Object.values(value)) left.push(each);
  }
}

/** Where a kind of node says which table it changes. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  InsertStmt: ["relation"],
  UpdateStmt: ["relation"],
  DeleteStmt: ["relation"],
  MergeStmt: ["relation"],
  TruncateStmt: ["relations"],
  AlterTableStmt: ["relation"],
  RenameStmt: ["relation"],
  AlterObjectSchemaStmt: ["relation"],
  // A partition or a child changes what its parent holds.
  CreateStmt: ["relation", "inhRelations"],
  PartitionCmd: ["name"],
  CreateTableAsStmt: ["into"],
  SelectStmt: ["intoClause"],
  ViewStmt: ["view"],
  IndexStmt: ["relation"],
  CreateTrigStmt: ["relation"],
  RuleStmt: ["relation"],
  CreatePolicyStmt: ["table"],
  AlterPolicyStmt: ["table"],
  RefreshMatViewStmt: ["relation"],
  ClusterStmt: ["relation"],
  CreateStatsStmt: ["relations"],
  GrantStmt: ["objects"],
};
const REMOVES = new Set(["TruncateStmt", "DeleteStmt"]);
const RELATIONS = new Set(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"]);
/** What belongs to a table, whose name stands before its own. */
const OF_A_TABLE = new Set([
  ...["OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE", "OBJECT_COLUMN", "OBJECT_TABCONSTRAINT"],
]);

/** The relations that DROP, COMMENT and SECURITY LABEL name, as parts of their names. */
function namedObjects(kind: string, node: SqlNode): string[][] {
  if (kind !== "DropStmt" && kind !== "CommentStmt" && kind !== "SecLabelStmt") return [];
  const type = String(node.removeType ?? node.objtype);
  const objects = Array.isArray(node.objects) ? node.objects : [node.object];
  const names = objects.map((object) =>
    isNode(object) && isNode(object.List) ? texts(object.List.items) : [],
  );
  if (RELATIONS.has(type)) return names.filter((parts) => parts.length > 0);
  return OF_A_TABLE.has(type)
    ? names.map((parts) => parts.slice(0, -1)).filter((parts) => parts.length > 0)
    : [];
}

/** A range variable, in a list or bare, or inside an INTO clause. */
function rangesIn(value: unknown): SqlNode[] {
  if (Array.isArray(value)) return value.flatMap(rangesIn);
  if (!isNode(value)) return [];
  if (isNode(value.RangeVar)) return [value.RangeVar];
  if (isNode(value.rel)) return [value.rel];
  return typeof value.relname === "string" ? [value] : [];
}

/** Tables that a statement writes to or whose definition it changes, as far as it names them itself. */
export function tablesOf(statement: Pick<Statement, "kind" | "node">): TableName[] {
  const found = new Map<string, TableName>();
  const add = (schema: string | null, name: string, isRemoved: boolean) => {
    const key = JSON.stringify([schema, name]);
    found.set(key, { schema, name, isRemoved: isRemoved || found.get(key)?.isRemoved === true });
  };
  // CREATE SCHEMA may make tables, in that schema where they name none.
  const own = statement.kind === "CreateSchemaStmt" ? String(statement.node.schemaname ?? "") : "";
  for (const [kind, node] of nodesOf(statement)) {
    const isIndex = [node.objtype, node.renameType, node.objectType].includes("OBJECT_INDEX");
    for (const member of isIndex ? [] : (TARGETS[kind] ?? [])) {
      for (const { schemaname, relname, relpersistence } of rangesIn(node[member])) {
        if (relpersistence === "t") continue;
        const schema = typeof schemaname === "string" ? schemaname : own || null;
        add(schema, String(relname), REMOVES.has(kind));
      }
    }
    for (const parts of namedObjects(kind, node))
      add(parts.at(-2) ?? null, parts.at(-1)!, RELATIONS.has(String(node.removeType)));
  }
  return [...found.values()];
}

/** Tables, views and schemas that these statements make, by `schema.name` and `schema`. */
export function madeBy(statements: readonly Pick<Statement, "kind" | "node">[]): ReadonlySet<string> {
  const made = new Set<string>();
  for (const statement of statements) {
    for (const [kind, node] of nodesOf(statement)) {
      // It may have been there before.
      if (node.if_not_exists === true) continue;
      if (kind === "CreateSchemaStmt") made.add(String(node.schemaname));
      if (!["CreateStmt", "CreateTableAsStmt", "ViewStmt"].includes(kind)) continue;
      const [range] = rangesIn(node.relation ?? node.into ?? node.view);
      if (range) made.add(qualified(range.schemaname as string | undefined, String(range.relname)));
    }
  }
  return made;
}

/** Without a schema it is public: no statement may say otherwise (sql-refusals.ts). */
export const qualified = (schema: string | null | undefined, name: string): string =>
  `${schema || "public"}.${name}`;

/**
 * True where it may take away rows or tables that it does not name: a schema, what a role owns, whatever hangs on what
 * it drops or empties. Not where it only drops schemas of `made`.
 */
export function isSweeping(
  statement: Pick<Statement, "kind" | "node">,
  made: ReadonlySet<string> = new Set(),
): boolean {
  for (const [kind, node] of nodesOf(statement)) {
    if (kind === "DropOwnedStmt") return true;
    const isCascade = node.behavior === "DROP_CASCADE";
    if (kind === "TruncateStmt" && isCascade) return true;
    if (kind !== "DropStmt") continue;
    if (node.removeType === "OBJECT_SCHEMA") {
      if (texts(node.objects).some((name) => !made.has(name))) return true;
    } else if (isCascade && !RELATIONS.has(String(node.removeType))) return true;
  }
  return false;
}

/** Sequences that it counts on by `nextval` or sets by `setval`, as it writes them. */
export function sequencesOf(statement: Pick<Statement, "kind" | "node">): { name: string; isSet: boolean }[] {
  const found: { name: string; isSet: boolean }[] = [];
  for (const [kind, node] of nodesOf(statement)) {
    const called = kind === "FuncCall" ? functionName(node) : "";
    const name = called === "nextval" || called === "setval" ? firstText(node) : null;
    if (name !== null) found.push({ name, isSet: called === "setval" });
  }
  return found;
}
