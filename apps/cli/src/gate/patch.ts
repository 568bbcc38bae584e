import type { ToolCall } from "@ade/client";

type Touched = { paths: string[]; diffs: NonNullable<ToolCall["diffs"]> };

const FILE = /^\*\*\* (Add|Update|Delete) File: (.+)$/;
const MOVED = /^\*\*\* Move to: (.+)$/;
const END = "*** End Patch";

/**
 * What a patch of Codex (`*** Begin Patch … *** Update File: <path> …`) touches: every path that it names, where it
 * moves files to as well, and each piece of a change as old and new text. Pure.
 */
export function readPatch(patch: string): Touched {
  const touched: Touched = { paths: [], diffs: [] };
  let path = "";
  let piece: { isNew: boolean; old: string[]; new: string[] } | null = null;
  const close = (): void => {
    const { isNew = false, old = [], new: added = [] } = piece ?? {};
    if (old.length + added.length > 0)
      touched.diffs.push({ path, old_text: isNew ? null : textOf(old), new_text: textOf(added) });
    piece = piece && { ...piece, old: [], new: [] };
  };
  for (const line of patch.split(/\r?\n/)) {
    const [, verb, file] = FILE.exec(line.trim()) ?? [];
    const [, target] = MOVED.exec(line.trim()) ?? [];
    if (file !== undefined || line.startsWith("*** ") || line.startsWith("@@")) close();
    if (file !== undefined) {
      path = file.trim();
      piece = verb === "Delete" ? null : { isNew: verb === "Add", old: [], new: [] };
      touched.paths.push(path);
    } else if (target !== undefined) {
      touched.paths.push(target.trim());
    } else if (line.trim() === END) {
      piece = null;
    } else if (piece && (/^[-+ ]/.test(line) || (line === "" && !piece.isNew))) {
      if (line[0] !== "+") piece.old.push(line.slice(1));
      if (line[0] !== "-") piece.new.push(line.slice(1));
    }
  }
  close();
  return { ...touched, paths: [...new Set(touched.paths)] };
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
