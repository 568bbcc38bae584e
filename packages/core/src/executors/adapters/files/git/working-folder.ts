import { ExecutorFailure } from "../../../errors.ts";
import type { FileState } from "../file-state.ts";
import { git, gitText } from "./git-command.ts";
import { blobOf, type Entry, indexLine, type Repository } from "./git-repository.ts";

/**
 * The working folder of a branch that is checked out is brought along, as Git's own `updateInstead` does for a push:
 * left behind, it would show our change taken back, and the next commit there would really do so.
 */
export type Standing = "as committed" | "brought along" | "changed";

const same = (a: Entry, b: Entry) => (a?.oid ?? null) === (b?.oid ?? null);

async function indexed({ gitDir }: Repository, path: string): Promise<Entry | "several"> {
  const out = await gitText(gitDir, ["ls-files", "--stage", "-z", "--", path]);
  const lines = out.split("\0").filter(Boolean);
  if (lines.length === 0) return null;
  const [, mode, oid, stage] = /^(\d+) ([0-9a-f]+) (\d)\t/.exec(lines[0]!) ?? [];
  if (lines.length > 1 || stage !== "0" || !oid) return "several";
  return { oid, mode: mode as "100644" };
}

/** How index and file of the working folder stand towards what was committed and what shall be. */
export async function workingStanding(
  repository: Repository,
  path: string,
  file: FileState,
  { before, after }: { before: Entry; after: Entry },
): Promise<Standing> {
  const inIndex = await indexed(repository, path);
  if (inIndex === "several") return "changed";
  const onDisk: Entry = file && {
    oid: await blobOf(repository, file.bytes, { write: false }),
    mode: "100644",
  };
  if (same(inIndex, before) && same(onDisk, before)) return "as committed";
  const isOurs = [inIndex, onDisk].every((each) => same(each, before) || same(each, after));
  return isOurs ? "brought along" : "changed";
}

export function refuseChanged(path: string): ExecutorFailure {
  return new ExecutorFailure(
    `${path} has changes in the working folder that are not committed; commit or discard them first.`,
  );
}

/** Sets the entry of one path in the index to what it shall be. */
export async function setIndex(
  { gitDir }: Repository,
  path: string,
  { before, after }: { before: Entry; after: Entry },
): Promise<void> {
  const input = indexLine(path, after, (before ?? after)?.oid ?? "");
  const { code } = await git(gitDir, ["update-index", "-z", "--index-info"], { input });
  if (code !== 0)
    throw new ExecutorFailure("The working folder's index is in use by another Git process.", {
      retryable: true,
    });
}
