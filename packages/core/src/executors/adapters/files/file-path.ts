/** So that `<root>/<path>` is a resource's id. */
export const MAX_PATH_LENGTH = 149;
const MAX_SEGMENT_BYTES = 255;

/** Our own temporary files, and what Git would run. */
const RESERVED = /^(?:\.ade-|\.git$)/i;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

function leavesRoot(path: string): boolean {
  return path.startsWith("/") || path.split("/").some((segment) => segment === "..");
}

/**
 * What is wrong with a path below a root, as a sentence's predicate; null where nothing is.
 * A file has exactly one spelling: no `.`, no empty part, composed letters (NFC), nothing encoded.
 */
export function pathIssue(path: string): string | null {
  if (path === "") return "must not be empty";
  if (path.length > MAX_PATH_LENGTH) return `must have at most ${MAX_PATH_LENGTH} characters`;
  if (INVISIBLE.test(path)) return "must not hold control or invisible characters";
  if (path.includes("\\")) return "must use / between folders, no backslash";
  if (/^[A-Za-z]:\//.test(path)) return "must be relative to its root, no drive";
  if (leavesRoot(path)) return "must stay inside its root: relative, without ..";
  if (/%[0-9a-f]{2}/i.test(path)) return "must be written plainly, not percent-encoded";
  if (path !== path.normalize("NFC")) return "must be written with composed characters (Unicode NFC)";
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") return "must name each folder once: no empty part, no .";
    if (RESERVED.test(segment)) return `must not use ${segment}: the name is reserved`;
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return "has a part that is too long for a file name";
  }
  return null;
}
