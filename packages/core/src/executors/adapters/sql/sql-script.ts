import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import { depthOf, type SqlToken, tokensOf } from "./sql-tokens.ts";

/** PostgreSQL's own parser, as WebAssembly: loaded once, 50 ms, when the first process that plans or applies starts. */
await loadModule();

export const SCRIPT_LIMIT_CHARACTERS = 128 * 1024;
const MAX_STATEMENTS = 500;
/** The parser recurses over operators in a row; at twenty times this depth its stack overflows. */
const MAX_DEPTH = 2000;
const TITLE_LENGTH = 60;

/** A node of the parser's tree: one member, its kind. */
export type SqlNode = Readonly<Record<string, unknown>>;

export type Statement = {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** The first words, in one line. */
  readonly title: string;
  /** Where it begins in the script, in UTF-16 units. */
  readonly start: number;
  /** `InsertStmt`, `IndexStmt`, … */
  readonly kind: string;
  readonly node: SqlNode;
  readonly tokens: readonly SqlToken[];
};

/** Why a script can't be read: a sentence, with the line where there is one. */
export class SqlUnreadable extends Error {}

/** `line 3, column 5` of a place in a text, in UTF-16 units. */
export function placeIn(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  return `line ${line}, column ${at - before.lastIndexOf("\n")}`;
}

/** UTF-16 place of the nth code point (from 1), as PostgreSQL counts. */
export function unitsAt(text: string, character: number): number {
  return [...text].slice(0, Math.max(0, character - 1)).join("").length;
}

/** For each byte of the UTF-8 text where it stands in UTF-16 units. */
function unitsByByte(script: string, length: number): Uint32Array {
  const units = new Uint32Array(length + 1);
  let byte = 0;
  let unit = 0;
  for (const character of script) {
    const size = Buffer.byteLength(character);
    units.fill(unit, byte, byte + size);
    byte += size;
    unit += character.length;
  }
  units[length] = unit;
  return units;
}

function parsed(script: string): { stmt: SqlNode; stmt_location?: number; stmt_len?: number }[] {
  return (parseSync(script).stmts ?? []) as { stmt: SqlNode; stmt_location?: number; stmt_len?: number }[];
}

function unreadable(script: string, error: unknown): SqlUnreadable {
  if (!hasSqlDetails(error) || !error.sqlDetails) return new SqlUnreadable("can't be read as SQL");
  const { message, cursorPosition } = error.sqlDetails;
  if (message.startsWith("memory exhausted")) return new SqlUnreadable("nests too deeply to be read");
  const where = cursorPosition >= 0 ? ` at ${placeIn(script, unitsAt(script, cursorPosition + 1))}` : "";
  return new SqlUnreadable(`is not SQL that PostgreSQL understands: ${message}${where}`);
}

/**
 * The statements of a script, split and understood by PostgreSQL's own parser: quotes, dollar quotes, comments and
 * bodies of functions are what they are to the server. Throws SqlUnreadable.
 */
export function readScript(script: string): readonly Statement[] {
  const known = recent.get(script);
  if (known) return known;
  const statements = splitScript(script);
  recent.set(script, statements);
  if (recent.size > RECENT) recent.delete(recent.keys().next().value!);
  return statements;
}

/** One proposal reads its scripts several times: for its resources, its check, its plan. */
const RECENT = 8;
const recent = new Map<string, readonly Statement[]>();

function splitScript(script: string): Statement[] {
  if (script.trim() === "") throw new SqlUnreadable("holds no statement");
  if (script.length > SCRIPT_LIMIT_CHARACTERS) throw new SqlUnreadable("is longer than 128 KiB");
  const tokens = tokensOf(script);
  if (tokens.length === 0) throw new SqlUnreadable("holds no statement");
  if (depthOf(tokens) > MAX_DEPTH) throw new SqlUnreadable("nests too deeply to be read");
  let found: ReturnType<typeof parsed>;
  try {
    found = parsed(script);
  } catch (error) {
    throw unreadable(script, error);
  }
  if (found.length === 0) throw new SqlUnreadable("holds no statement");
  if (found.length > MAX_STATEMENTS) throw new SqlUnreadable(`holds more than ${MAX_STATEMENTS} statements`);
  const units = unitsByByte(script, Buffer.byteLength(script));
  return found.map(({ stmt, stmt_location = 0, stmt_len }, index) => {
    const from = units[stmt_location]!;
    const to = stmt_len ? units[stmt_location + stmt_len]! : script.length;
    const own = tokens.filter(({ start, end }) => start >= from && end <= to);
    while (own[0]?.text === ";") own.shift();
    while (own.at(-1)?.text === ";") own.pop();
    const start = own[0]?.start ?? from;
    const text = script.slice(start, own.at(-1)?.end ?? to);
    const [kind = "", node = {}] = Object.entries(stmt)[0] ?? [];
    return { number: index + 1, text, title: titleOf(own), start, kind, node: node as SqlNode, tokens: own };
  });
}

function titleOf(tokens: readonly SqlToken[]): string {
  let title = "";
  let end: number | null = null;
  for (const { text, start, end: next } of tokens) {
    title += (end !== null && start > end ? " " : "") + text.replace(/\s+/g, " ");
    end = next;
    if (title.length > TITLE_LENGTH) return `${[...title].slice(0, TITLE_LENGTH).join("").trimEnd()}…`;
  }
  return title;
}

/** `statement 2 (ALTER TABLE orders ADD COLUMN …)`. */
export const nameOf = ({ number, title }: Pick<Statement, "number" | "title">) =>
  `statement ${number} (${title})`;
