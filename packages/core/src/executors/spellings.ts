/** One place in a tree of all ways to write one character; `ends` where what led here is a whole way. */
export type Step = { readonly id: number; readonly next: Map<number, Step>; ends: boolean };

/** A text to be found, character by character, each in any of its ways. */
export type Pattern = {
  /** The first of as many numbers as it has letters, which no other pattern has. */
  readonly first: number;
  readonly letters: readonly Step[];
  /** Lines may end inside it, as tools break what is encoded. */
  readonly isWrapped: boolean;
};

/** Lines of a secret shorter than this are too common in ordinary output to be masked by themselves. */
const MIN_LINE_LENGTH = 8;
/** Pieces of an encoding shorter than this say little of a secret and occur in ordinary output. */
const MIN_ENCODED_LENGTH = 8;
const MAX_JSON_DEPTH = 4;
/** No tool writes one character longer. */
const MAX_WAY_LENGTH = 40;

const HTML_NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
/** Doubled by SQL and CSV, left and entered again by shells; a space of forms; a line end of other systems. */
const MORE_WAYS: Readonly<Record<string, readonly string[]>> = {
  "'": ["''", "'\\''", `'"'"'`],
  '"': ['""'],
  " ": ["+"],
  "\n": ["\r\n", "%0D%0A", "%0d%0a"],
};

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
/** Go's JSON is fit for HTML. */
const escapedByGo = (text: string): string =>
  escaped(text).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

/** As JSON texts spell it, and JSON texts in JSON texts: tools log answers that quote answers. */
function inJson(ways: Iterable<string>): Set<string> {
  const all = new Set(ways);
  let level = [...all];
  for (let depth = 1; depth <= MAX_JSON_DEPTH; depth++) {
    level = [...new Set(level.flatMap((way) => [escaped(way), escapedByGo(way)]))].filter(
      (way) => way.length <= MAX_WAY_LENGTH && !all.has(way),
    );
    for (const way of level) all.add(way);
  }
  return all;
}

/** Every way in which tools write one character: as it is, and escaped for URLs, JSON, HTML, SQL and shells. */
function waysOf(char: string): Set<string> {
  const hex = (code: number, length: number) => code.toString(16).padStart(length, "0");
  const percent = [...Buffer.from(char)].map((byte) => `%${hex(byte, 2)}`).join("");
  const ways = new Set([char, percent, percent.toUpperCase()]);
  if (/[A-Za-z0-9]/.test(char)) return ways;
  const code = char.codePointAt(0)!;
  const add = (...more: string[]) => more.forEach((way) => void ways.add(way));
  const twice = percent.replaceAll("%", "%25");
  add(twice, twice.toUpperCase());
  const units = char.split("").map((unit) => hex(unit.charCodeAt(0), 4));
  add(units.map((unit) => `\\u${unit}`).join(""), units.map((unit) => `\\u${unit.toUpperCase()}`).join(""));
  if (code < 256) add(`\\x${hex(code, 2)}`, `\\x${hex(code, 2).toUpperCase()}`);
  add(`&#${code};`, `&#0${code};`, `&#x${hex(code, 2)};`, `&#x${hex(code, 2).toUpperCase()};`);
  if (HTML_NAMES[char]) add(HTML_NAMES[char]);
  if (/[ -~]/.test(char)) add(`\\${char}`);
  add(...(MORE_WAYS[char] ?? []));
  return inJson(ways);
}

/** What of an alphabet of encodings no other tool touches is as it is; what may be written with `also` as well. */
function encodedWays(char: string, also: Readonly<Record<string, string>>): Set<string> {
  const chars = also[char] ? [char, also[char]] : [char];
  return new Set(chars.flatMap((each) => (/[A-Za-z0-9]/.test(each) ? [each] : [...waysOf(each)])));
}

/**
 * A secret inside a longer text that was encoded as a whole (`user:password` of Basic): by where it begins its bytes
 * fall on one of three places, and the characters at both ends hold bits of the neighbours too, so they stay.
 */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((shift * 8) / 6), whole);
  });
}

const BASE64URL: Readonly<Record<string, string>> = { "+": "-", "/": "_" };
const HEX_CAPITALS: Readonly<Record<string, string>> = Object.fromEntries(
  [..."abcdef"].map((letter) => [letter, letter.toUpperCase()]),
);

/** All that is to be found of these secrets. */
export function patternsOf(secrets: readonly string[]): Pattern[] {
  const patterns: Pattern[] = [];
  const known = new Set<string>();
  const letters = new Map<string, Step>();
  let ids = 0;
  let first = 0;

  function letterOf(key: string, waysOfIt: () => Iterable<string>): Step {
    const made = letters.get(key);
    if (made) return made;
    const step = (): Step => ({ id: ids++, next: new Map(), ends: false });
    const root = step();
    for (const way of waysOfIt()) {
      let at = root;
      for (let index = 0; index < way.length; index++) {
        const code = way.charCodeAt(index);
        if (!at.next.has(code)) at.next.set(code, step());
        at = at.next.get(code)!;
      }
      at.ends = true;
    }
    letters.set(key, root);
    return root;
  }

  function add(text: string, kind: "plain" | "base64" | "hex"): void {
    const key = `${kind} ${text}`;
    if (text === "" || known.has(key)) return;
    known.add(key);
    const also = kind === "base64" ? BASE64URL : HEX_CAPITALS;
    const found = [...text].map((char) =>
      letterOf(`${kind} ${char}`, () => (kind === "plain" ? waysOf(char) : encodedWays(char, also))),
    );
    patterns.push({ first, letters: found, isWrapped: kind !== "plain" });
    first += found.length;
  }

  for (const secret of secrets) {
    add(secret, "plain");
    for (const line of secret.split("\n").map((each) => each.trim()))
      if (line.length >= MIN_LINE_LENGTH) add(line, "plain");
    const bytes = Buffer.from(secret);
    add(bytes.toString("base64"), "base64");
    for (const text of insideBase64(bytes)) if (text.length >= MIN_ENCODED_LENGTH) add(text, "base64");
    const hex = bytes.toString("hex");
    if (hex.length >= MIN_ENCODED_LENGTH) add(hex, "hex");
  }
  return patterns;
}
