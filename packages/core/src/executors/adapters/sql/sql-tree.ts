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
  CreateStmt: ["relation"],
  CreateTableAsStmt: ["into"],
  SelectStmt: ["intoClause"],
  ViewStmt: ["view"],
  IndexStmt: ["relation"],
  CreateTrigStmt: ["relation"],
  RuleStmt: ["relation"],
  CreatePolicyStmt: ["table"],
  AlterPolicyStmt: ["table"],
  RefreshMatViewStmt: ["relation"],
  GrantStmt: ["objects"],
};
const REMOVES = new Set(["TruncateStmt", "DeleteStmt"]);
const DROPPED = new Set(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"]);

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
  for (const [kind, node] of nodesOf(statement)) {
    const isIndex = [node.objtype, node.renameType, node.objectType].includes("OBJECT_INDEX");
    for (const member of isIndex ? [] : (TARGETS[kind] ?? [])) {
      for (const { schemaname, relname, relpersistence } of rangesIn(node[member])) {
        if (relpersistence === "t") continue;
        add(typeof schemaname === "string" ? schemaname : null, String(relname), REMOVES.has(kind));
      }
    }
    if (kind !== "DropStmt" || !DROPPED.has(String(node.removeType)) || !Array.isArray(node.objects))
      continue;
    for (const object of node.objects) {
      const parts = isNode(object) && isNode(object.List) ? texts(object.List.items) : [];
      if (parts.length > 0) add(parts.at(-2) ?? null, parts.at(-1)!, true);
    }
  }
  return [...found.values()];
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
