import { z } from "zod";
import type { Inspection, Json } from "../../port.ts";
import type { FileTask } from "./file-parameters.ts";
import { type FileState, hashOf } from "./file-state.ts";

/** What rolling back and telling "done" from "somebody else" need. */
const fileStash = z.strictObject({
  root: z.string(),
  path: z.string(),
  before: z
    .strictObject({
      /** base64 */
      content: z.string(),
      sha256: z.string(),
      mode: z.int(),
      uid: z.int(),
      gid: z.int(),
    })
    .nullable(),
  /** SHA-256 of the intended content; null where the file shall be gone. */
  after: z.string().nullable(),
  /** How many of the path's folders, counted from the file, did not exist. */
  missing_folders: z.int().min(0),
});
export type FileStash = z.infer<typeof fileStash>;

export function makeStash(task: FileTask, before: FileState, missing_folders: number): Json {
  const stash: FileStash = {
    root: task.root,
    path: task.path,
    before: before && {
      content: before.bytes.toString("base64"),
      sha256: before.sha256,
      mode: before.mode,
      uid: before.uid,
      gid: before.gid,
    },
    after: task.content && hashOf(task.content),
    missing_folders,
  };
  return stash;
}

export function readStash(stash: Json): FileStash {
  return fileStash.parse(stash);
}

/** A rename is done or not, so a file is never `partial`. */
export function compareWithStash(stash: FileStash, now: FileState): Inspection {
  const current = now?.sha256 ?? null;
  if (current === stash.after) return "done";
  return current === (stash.before?.sha256 ?? null) ? "untouched" : "foreign";
}
