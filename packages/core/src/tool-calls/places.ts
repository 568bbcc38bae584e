import { MASK } from "../kernel/mask.ts";
import { shownWhereMasked } from "./secret-text.ts";

/** What of a call says where it is made. */
export type PlacedCall = {
  arguments?: Record<string, unknown> | undefined;
  locations?: readonly { path: string }[] | undefined;
  diffs?: readonly { path: string }[] | undefined;
};

/** A file as a system would find it, before its name is made canonical. */
export type Place = { isInside: boolean; segments: string[] };

/** More distinct paths than this are refused (`sizes.ts`): none is left out. */
export const MAX_PATHS = 60;

/** Arguments by which tools commonly name a file, and where they say where they call. */
const PATH_ARGUMENTS =
  /^(path|file|file_?path|abs(olute)?_?path|target_?file|notebook_?path|relative_?path|old_?path|new_?path|source|destination)$/i;
const URL_ARGUMENTS = /^(url|uri|endpoint)$/i;

/** Whether an argument of this name says what is touched: it is never shortened away. */
export const isPlaceArgument = (name: string): boolean =>
  PATH_ARGUMENTS.test(name) || URL_ARGUMENTS.test(name);

/** The paths that a call names, each once, in the order of locations, diffs, arguments. */
export function pathsOfCall(call: PlacedCall): string[] {
  const named = [
    ...textsOf(call.arguments, PATH_ARGUMENTS).filter((text) => !isAddress(text) || isUnseen(text)),
    ...textsOf(call.arguments, URL_ARGUMENTS).filter(isFileAddress),
  ];
  const paths = [
    ...(call.locations ?? []).map(({ path }) => path),
    ...(call.diffs ?? []).map(({ path }) => path),
    ...named,
  ];
  return [...new Set(paths)];
}

/**
 * The hosts that a call names, with their ports where those are not the usual ones. One of which something is masked is
 * named by all that is shown of its address.
 */
export function hostsOfCall(call: PlacedCall): string[] {
  const addresses = [
    ...textsOf(call.arguments, URL_ARGUMENTS).filter((text) => !isFileAddress(text)),
    ...textsOf(call.arguments, PATH_ARGUMENTS).filter(isAddress),
  ];
  return addresses.flatMap((text) => {
    const shown = shownWhereMasked(text) ?? text;
    // A password is no part of where it leads, and nothing else can be masked between this and an @ (secret-text.ts).
    const address = shown.replace(PASSWORD_SHOWN, "$1@");
    const host = hostOf(address);
    if (host === null) return [];
    return [authorityOf(address).includes(MASK) ? shown : host];
  });
}

const PASSWORD_SHOWN = new RegExp(`^(\\s*[a-z][a-z0-9+.-]*://[^\\s:/@\\\\?#]*:)${MASK}@`, "i");
/** Schemes that lead to no host. */
const HOSTLESS = /^\s*(data|urn|mailto|about|tel):/i;

/** As those who fetch read it, also without its scheme; null where it names none. */
function hostOf(address: string): string | null {
  if (HOSTLESS.test(address) || /^\s*\/(?!\/)/.test(address)) return null;
  for (const each of [address, `https://${address.trim().replace(/^[\\/]+/, "")}`]) {
    if (URL.canParse(each) && new URL(each).host !== "") return new URL(each).host;
  }
  return authorityOf(address) || address.trim() || null;
}

/** What stands where a host stands, however it is spelled. */
const authorityOf = (address: string): string =>
  /^\s*(?:[a-z][a-z0-9+.-]*:)?[\\/]*([^/\\?#]*)/i.exec(address)?.[1] ?? "";

/** Of a path: something in it is masked. */
export const isUnseen = (path: string): boolean => shownWhereMasked(path) !== null;

const isFileAddress = (text: string): boolean => /^\s*file:/i.test(text);

function textsOf(given: Record<string, unknown> | undefined, names: RegExp): string[] {
  return Object.entries(given ?? {}).flatMap(([name, value]) =>
    names.test(name) && typeof value === "string" && value.trim() !== "" ? [value] : [],
  );
}

/** An address on a network and no file; one that climbs (`x://../..`) is a path to whoever resolves it as one. */
function isAddress(given: string): boolean {
  const text = shownWhereMasked(given) ?? given;
  const scheme = /^\s*([a-z][a-z0-9+.-]{1,30}):\/\//i.exec(text)?.[1];
  if (scheme === undefined || scheme.toLowerCase() === "file") return false;
  return !text.split(/[\\/]/).includes("..");
}

/**
 * Where a path leads, as systems resolve it: above the top there is only the top, and a relative path begins at the
 * root, so that every spelling of one file is one place. Without a root nobody knows where a relative one begins.
 */
export function placeOf(path: string, root: string | undefined): Place {
  const text = withoutScheme(path);
  if (isHome(text)) return { isInside: false, segments: collapsed(text.split(/[\\/]/), "stays", 1) };
  if (isAbsolute(text)) return within(root, fromTop(text));
  if (root === undefined) {
    const segments = collapsed(text.split(/[\\/]/), "stays");
    return { isInside: segments[0] !== "..", segments };
  }
  return within(root, fromTop(`${root}/${text}`));
}

function within(root: string | undefined, segments: string[]): Place {
  if (root === undefined) return { isInside: false, segments };
  const base = fromTop(root);
  // Windows takes its folders in any case.
  const plain = (text = ""): string => (isDrive(base[0]) ? text.toLowerCase() : text);
  const isInside = base.every((segment, index) => plain(segment) === plain(segments[index]));
  return { isInside, segments: isInside ? segments.slice(base.length) : segments };
}

const isAbsolute = (text: string): boolean => /^([A-Za-z]:)?[\\/]/.test(text);
const isHome = (text: string): boolean => /^~[^\\/]*([\\/]|$)/.test(text);
const isDrive = (segment: string | undefined): boolean => /^[A-Za-z]:$/.test(segment ?? "");

/** `file:///etc/x` is `/etc/x`, with what its writer had to encode. */
function withoutScheme(path: string): string {
  const rest = /^\s*file:(?:\/\/[^/\\]*)?([/\\][^?#]*)/i.exec(path)?.[1];
  if (rest === undefined) return path;
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}

function fromTop(text: string): string[] {
  const parts = text.split(/[\\/]/).filter((part) => part !== "");
  return collapsed(parts, "falls away", isDrive(parts[0]) ? 1 : 0);
}

/** Without `.`, empty segments and what `..` takes back, but for the first `fixed`; a `..` that has nothing to take. */
export function collapsed(parts: readonly string[], above: "stays" | "falls away", fixed = 0): string[] {
  const segments: string[] = [];
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    const last = segments.at(-1);
    if (part !== "..") segments.push(part);
    else if (segments.length > fixed && last !== "..") segments.pop();
    else if (above === "stays") segments.push(part);
  }
  return segments;
}
