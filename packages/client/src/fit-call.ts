import { hostsOfCall, isPlaceArgument, MAX_PATHS, pathsOfCall } from "@ade/core/tool-calls/places";
import { CodedError } from "./errors.ts";
import type { ToolCall } from "./shapes.ts";

/** The server takes a mebibyte; the rest is room for its own. */
const MAX_TEXT = 60_000;
const MAX_ARGUMENTS = 200_000;
const MAX_DIFFS = 400_000;
const MAX_DEPTH = 40;
const MAX_PATH = 1000;
const MAX_LOCATIONS = 100;

/**
 * The call as it can be sent: bounded in all its parts, with a note for the reviewers where something was left out.
 * What is left out is never the place that it touches: the path of a change or an argument that is too large to be shown
 * becomes a location. Pure.
 *
 * @throws CALL_TOO_LARGE where it names more places than one call may, or longer ones
 */
export function fitCall(call: ToolCall): ToolCall {
  const notes: string[] = [...(call.notes ?? [])];
  const fitted: ToolCall = {
    ...call,
    tool: cut(plain(call.tool).trim(), 200) || "unnamed",
    title: cut(plain(call.title).trim(), 500) || "Untitled call",
    diffs: fitDiffs(call, notes),
    arguments: fitArguments(call.arguments ?? {}, notes),
  };
  fitted.locations = fitLocations(call, fitted, notes);
  assertWhole(call, fitted);
  return notes.length === 0 ? fitted : { ...fitted, notes: notes.slice(0, 20).map((note) => cut(note, 500)) };
}

/** Those of the call, each file's first where there are too many, and what diffs and arguments no longer say. */
function fitLocations(
  call: ToolCall,
  { diffs = [], arguments: given = {} }: ToolCall,
  notes: string[],
): NonNullable<ToolCall["locations"]> {
  const named = (call.locations ?? []).flatMap(({ path, line }) =>
    plain(path) === ""
      ? []
      : [
          {
            path: plain(path),
            ...(typeof line === "number" && line >= 0 ? { line: Math.floor(line) } : {}),
          },
        ],
  );
  const said = new Set(pathsOfCall({ locations: named, diffs, arguments: given }));
  const unsaid = pathsOfPlain(call).flatMap((path) => (said.has(path) ? [] : [{ path }]));
  const all = [...named, ...unsaid];
  if (all.length <= MAX_LOCATIONS) return all;
  notes.push("Not all of its locations are shown, but every file");
  return [...new Map(all.toReversed().map((each) => [each.path, each])).values()].toReversed();
}

const pathsOfPlain = (call: ToolCall): string[] =>
  pathsOfCall(call)
    .map(plain)
    .filter((path) => path !== "");

/** What reviewers, policies and locks would not hear of is not asked for at all. */
function assertWhole(call: ToolCall, fitted: ToolCall): void {
  const paths = pathsOfCall(fitted);
  if (paths.length > MAX_PATHS) {
    throw tooLarge(
      `The call names ${paths.length} files, and ${MAX_PATHS} are the most that one call may touch: ask for them in several calls.`,
    );
  }
  const long = (fitted.locations ?? []).find(({ path }) => path.length > MAX_PATH);
  if (long) {
    throw tooLarge(`The call names a path of ${long.path.length} characters, and ${MAX_PATH} are the most.`);
  }
  const hosts = new Set(hostsOfCall(fitted));
  const lost = hostsOfCall({ arguments: plainTexts(call.arguments) }).find((host) => !hosts.has(host));
  if (lost !== undefined) {
    throw tooLarge("The call names an address among arguments that are too large: ask with less in them.");
  }
}

function tooLarge(message: string): CodedError {
  const next = "Ask in several calls, or with less in each.";
  return new CodedError("CALL_TOO_LARGE", { status: 413, message, next });
}

/** The top of the arguments, where they name places, as `plain` leaves their text. */
const plainTexts = (given: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? plain(value) : value]),
  );

function fitDiffs({ diffs = [] }: ToolCall, notes: string[]): NonNullable<ToolCall["diffs"]> {
  let room = MAX_DIFFS;
  const fitting = diffs.slice(0, 50).filter(({ path, old_text, new_text }) => {
    const size = (old_text?.length ?? 0) + new_text.length;
    const isNamed = plain(path) !== "" && path.length <= MAX_PATH;
    const fits = isNamed && size <= room;
    if (fits) room -= size;
    else if (isNamed)
      notes.push(`The change of ${cut(path, 200)} is too large to be shown here (${size} characters)`);
    else notes.push("A change without a usable path is not shown");
    return fits;
  });
  if (diffs.length > 50) notes.push(`The changes of ${diffs.length - 50} more files are not shown`);
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
  // What says where it acts goes before all that says how.
  const byUse = short.toSorted(([a], [b]) => Number(isPlaceArgument(b)) - Number(isPlaceArgument(a)));
  return Object.fromEntries(byUse.slice(0, 50));
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
