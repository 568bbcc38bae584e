import { isUtf8 } from "node:buffer";
import { diffSides, unifiedDiff } from "../../unified-diff.ts";
import type { FileState } from "./file-state.ts";

function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** The unified diff from a file's state to its next content (null deletes it). */
export function fileDiff(path: string, before: FileState, after: Buffer | null): string {
  if ((before && !isText(before.bytes)) || (after && !isText(after))) {
    const { from, to } = diffSides(path, before, after);
    const size = (bytes: Buffer | undefined | null) => (bytes ? `${bytes.length} bytes` : "absent");
    return `Binary files ${from} (${size(before?.bytes)}) and ${to} (${size(after)}) differ\n`;
  }
  return unifiedDiff(path, before?.bytes.toString("utf8") ?? null, after?.toString("utf8") ?? null);
}
