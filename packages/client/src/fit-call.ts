import type { ToolCall } from "./shapes.ts";

/** The server takes a mebibyte; the rest is room for its own. */
const MAX_TEXT = 60_000;
const MAX_ARGUMENTS = 200_000;
const MAX_DIFFS = 400_000;
const MAX_DEPTH = 40;

/**
 * The call as it can be sent: bounded in all its parts, with a note for the reviewers where something was left out.
 * What is left out is never the place that it touches. Pure.
 */
export function fitCall(call: ToolCall): ToolCall {
  const notes: string[] = [...(call.notes ?? [])];
  const fitted: ToolCall = {
    ...call,
    tool: cut(plain(call.tool).trim(), 200) || "unnamed",
    title: cut(plain(call.title).trim(), 500) || "Untitled call",
    locations: fitLocations(call, notes),
    diffs: fitDiffs(call, notes),
    arguments: fitArguments(call.arguments ?? {}, notes),
  };
  return notes.length === 0 ? fitted : { ...fitted, notes: notes.slice(0, 20).map((note) => cut(note, 500)) };
}

function fitLocations({ locations = [] }: ToolCall, notes: string[]): NonNullable<ToolCall["locations"]> {
  const fitting = locations.filter(({ path }) => path.length > 0 && path.length <= 1000);
  if (fitting.length < locations.length || fitting.length > 100)
    notes.push("Not all of its locations are shown");
  return fitting.slice(0, 100).map(({ path, line }) => ({
    path: plain(path),
    ...(typeof line === "number" && line >= 0 ? { line: Math.floor(line) } : {}),
  }));
}

function fitDiffs({ diffs = [] }: ToolCall, notes: string[]): NonNullable<ToolCall["diffs"]> {
  let room = MAX_DIFFS;
  const fitting = diffs.slice(0, 50).filter(({ path, old_text, new_text }) => {
    const size = (old_text?.length ?? 0) + new_text.length;
    const fits = path.length > 0 && path.length <= 1000 && size <= room;
    if (fits) room -= size;
    else notes.push(`The change of ${cut(path, 200)} is too large to be shown here (${size} characters)`);
    return fits;
  });
  if (diffs.length > 50) notes.push(`${diffs.length - 50} more files with changes are not shown`);
  return fitting.map(({ path, old_text, new_text }) => ({
    path: plain(path),
    old_text: old_text == null ? null : plain(old_text),
    new_text: plain(new_text),
  }));
}

function fitArguments(given: Record<string, unknown>, notes: string[]): Record<string, unknown> {
  const fitted = fitValue(given, 0) as Record<string, unknown>;
  const size = JSON.stringify(fitted).length;
  if (size <= MAX_ARGUMENTS) {
    if (JSON.stringify(given) !== JSON.stringify(fitted)) notes.push("Its arguments are shown shortened");
    return fitted;
  }
  notes.push(`Its arguments are too large to be shown (${size} characters)`);
  const short = Object.entries(fitted).filter(([, value]) => JSON.stringify(value ?? null).length <= 2_000);
  return Object.fromEntries(short.slice(0, 50));
}

function fitValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(plain(value), MAX_TEXT);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value ?? null;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.slice(0, 2_000).map((item) => fitValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .slice(0, 2_000)
      .map(([key, member]) => [cut(plain(key), 500), fitValue(member, depth + 1)]),
  );
}

/** What PostgreSQL's JSON can hold. */
const plain = (text: string): string => wellFormed(text).replaceAll("\0", "");

const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const more = ` … (${text.length - most} more characters)`;
  return wellFormed(text.slice(0, Math.max(0, most - more.length))) + more.slice(0, most);
};

/** Half a surrogate pair is no text; `toWellFormed`, which does the same, is not in every browser yet. */
const wellFormed = (text: string): string =>
  text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
