/** A word, literal, name or sign of a script; comments and white space are left out. */
export type SqlToken = {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** `plain` is a literal between single quotes in which only a doubled quote means something else. */
  readonly kind: "plain" | "literal" | "name" | "word" | "number" | "sign";
};

const SPACE = /\s+|--[^\n\r]*/y;
const PREFIXED = /(?:[eE](?=')|[uU]&(?=['"])|[bBxXnN](?='))/y;
const ESCAPED = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const PLAIN = /'(?:[^']|'')*'/y;
const NAME = /"(?:[^"]|"")*"/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\.?\d[\w.]*|\$\d+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** The end of a comment that may hold others. */
function commentEnd(text: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let depth = 0; ; ) {
    const found = edge.exec(text);
    if (!found) return text.length;
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
}

function dollarEnd(text: string, tag: string, at: number): number {
  const found = text.indexOf(tag, at + tag.length);
  return found === -1 ? text.length : found + tag.length;
}

/**
 * Cuts a script as PostgreSQL's lexer does (scan.l; standard_conforming_strings on), in linear time: the library's own
 * lexer takes five seconds for 256 KiB. What statements are, the parser says; this only tells literals from the rest.
 */
export function tokensOf(script: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < script.length; ) {
    const space = matchAt(SPACE, script, at);
    if (space !== null) {
      at += space.length;
      continue;
    }
    if (script.startsWith("/*", at)) {
      at = commentEnd(script, at);
      continue;
    }
    const [kind, end] = next(script, at, tokens.at(-1));
    tokens.push({ start: at, end, text: script.slice(at, end), kind });
    at = end;
  }
  return tokens;
}

function next(script: string, at: number, before: SqlToken | undefined): [SqlToken["kind"], number] {
  const prefix = matchAt(PREFIXED, script, at) ?? "";
  const from = at + prefix.length;
  if (script[from] === "'") {
    // A literal that follows a literal goes on with it, in its kind.
    const goesOn = prefix === "" && before?.kind === "literal" && !before.text.startsWith("$");
    const isEscaped = /^e/i.test(goesOn ? before.text : prefix);
    const found = matchAt(isEscaped ? ESCAPED : PLAIN, script, from);
    const isPlain = prefix === "" && !goesOn;
    return [isPlain ? "plain" : "literal", found === null ? script.length : from + found.length];
  }
  if (script[from] === '"') {
    const found = matchAt(NAME, script, from);
    return ["name", found === null ? script.length : from + found.length];
  }
  const tag = matchAt(DOLLAR, script, at);
  if (tag !== null) return ["literal", dollarEnd(script, tag, at)];
  const number = matchAt(NUMBER, script, at);
  if (number !== null) return ["number", at + number.length];
  const word = matchAt(WORD, script, at);
  return word === null ? ["sign", at + 1] : ["word", at + word.length];
}

/** Words that put what stands before or behind them one level deeper. */
const DEEPER =
  /^(not|and|or|is|isnull|notnull|like|ilike|similar|between|in|collate|at|operator|union|intersect|except|join|case|when|else|select)$/i;

/**
 * How deep a parser that recurses could go at most: operators in a row without a comma, over all open brackets.
 */
export function depthOf(tokens: readonly SqlToken[]): number {
  let deepest = 0;
  let total = 0;
  const levels = [0];
  for (const { text, kind } of tokens) {
    if (text === "(" || text === "[") levels.push(0);
    else if ((text === ")" || text === "]") && levels.length > 1) total -= levels.pop()!;
    else if (text === "," || text === ";") {
      total -= levels.at(-1)!;
      levels[levels.length - 1] = 0;
    } else if (kind === "sign" || (kind === "word" && DEEPER.test(text))) {
      levels[levels.length - 1]! += 1;
      total += 1;
    }
    deepest = Math.max(deepest, total + levels.length);
  }
  return deepest;
}
