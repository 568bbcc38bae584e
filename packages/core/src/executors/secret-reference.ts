import type { Issue } from "./port.ts";
import type { TaskConfig } from "./schema.ts";

/** A value that is named, never written: `secret://name` (the newest) or `secret://name@3` (that version). */
export type SecretReference = { readonly name: string; readonly version: number | null };

const SCHEME = "secret://";
const NAME = "[A-Za-z][A-Za-z0-9_-]{0,62}";
/** What may not follow: it would read as part of the name or of the version, or begin a host or a path. */
const END = "(?![\\w@/-]|[.:]\\d|://)";
const REFERENCE = new RegExp(`^${SCHEME}(${NAME})(?:@([1-9]\\d{0,8}))?${END}`);
const WRONG =
  "holds secret:// without a name behind it: write secret://name or secret://name@3, the name in letters, " +
  "digits, - and _";

type Piece = { readonly text: string } | { readonly reference: SecretReference } | { readonly wrong: string };

/** A text cut into what stands there and what stands for something else. Linear in the text. */
function* piecesOf(text: string): Generator<Piece> {
  let at = 0;
  for (let found = text.indexOf(SCHEME); found !== -1; found = text.indexOf(SCHEME, at)) {
    if (found > at) yield { text: text.slice(at, found) };
    const match = REFERENCE.exec(text.slice(found, found + 100));
    if (match) yield { reference: { name: match[1]!, version: match[2] ? Number(match[2]) : null } };
    else yield { wrong: SCHEME };
    at = found + (match ? match[0].length : SCHEME.length);
  }
  if (at < text.length) yield { text: text.slice(at) };
}

export function spell({ name, version }: SecretReference): string {
  return `${SCHEME}${name}${version === null ? "" : `@${version}`}`;
}

export const hasReference = (text: string): boolean => text.includes(SCHEME);

/** The text with each reference replaced. What only looks like one stays: validation has refused it. */
export function replaceReferences(text: string, value: (reference: SecretReference) => string): string {
  if (!hasReference(text)) return text;
  let whole = "";
  for (const piece of piecesOf(text)) {
    whole += "reference" in piece ? value(piece.reference) : "text" in piece ? piece.text : piece.wrong;
  }
  return whole;
}

function textsOf(value: unknown, field: string): [field: string, text: string][] {
  if (typeof value === "string") return hasReference(value) ? [[field, value]] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...textsOf(key, field),
    ...textsOf(member, `${field}.${key}`),
  ]);
}

/** Every secret that a configuration names, in `secrets` and anywhere in its parameters, each once and in one order. */
export function referencesOf(
  config: Pick<TaskConfig, "secrets" | "parameters">,
  more: readonly string[] = [],
): SecretReference[] {
  const found = new Map<string, SecretReference>();
  const texts = [...config.secrets, ...more, ...textsOf(config.parameters, "").map(([, text]) => text)];
  for (const text of texts) {
    for (const piece of piecesOf(text)) {
      if ("reference" in piece) found.set(spell(piece.reference), piece.reference);
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

/** Where something in the parameters looks like a reference and is none. */
export function referenceIssues(config: Pick<TaskConfig, "parameters">): Issue[] {
  return textsOf(config.parameters, "config.parameters").flatMap(([field, text]) =>
    [...piecesOf(text)].some((piece) => "wrong" in piece) ? [{ field, issue: WRONG }] : [],
  );
}
