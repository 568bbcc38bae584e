import { lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExecutorFailure } from "../../../errors.ts";
import { FILE_LIMIT_BYTES } from "../file-state.ts";
import { git, gitText } from "./git-command.ts";

/** A file in a commit: its blob, and whether it may be run. */
export type Entry = { readonly oid: string; readonly mode: "100644" | "100755" } | null;

export type Author = { readonly name: string; readonly email: string };

export type Repository = { readonly gitDir: string; readonly isBare: boolean };

async function kindOf(path: string): Promise<"folder" | "file" | "other" | null> {
  const found = await lstat(path).catch(() => null);
  return found && (found.isDirectory() ? "folder" : found.isFile() ? "file" : "other");
}

/**
 * The repository whose working folder, or whose bare folder, a root is; null where it is none. A `.git` that leads
 * elsewhere (a linked working folder, a submodule, a link) is none either.
 */
export async function repositoryAt(folder: string): Promise<Repository | null> {
  const inside = join(folder, ".git");
  if ((await kindOf(inside)) === "folder") return { gitDir: inside, isBare: false };
  const isBare =
    (await kindOf(join(folder, "HEAD"))) === "file" &&
    (await kindOf(join(folder, "objects"))) === "folder" &&
    (await kindOf(join(folder, "refs"))) === "folder";
  return isBare ? { gitDir: folder, isBare } : null;
}

const refOf = (branch: string) => `refs/heads/${branch}`;

/** The commit that a branch stands at; null where there is no such branch. */
export async function tipOf({ gitDir }: Repository, branch: string): Promise<string | null> {
  const { code, out } = await git(gitDir, ["rev-parse", "--verify", "--quiet", `${refOf(branch)}^{commit}`]);
  return code === 0 ? out.toString("utf8").trim() : null;
}

/**
 * A path's entry in a commit. Refuses what is no ordinary file, and a way that leads over a file, a link or a submodule.
 */
export async function entryAt({ gitDir }: Repository, commit: string, path: string): Promise<Entry> {
  const parts = path.split("/");
  for (const [at] of parts.entries()) {
    const way = parts.slice(0, at + 1).join("/");
    const isLast = at === parts.length - 1;
    const line = await gitText(gitDir, ["ls-tree", "-z", "--full-tree", commit, "--", way]);
    if (line === "") return null;
    const [, mode, , oid] = /^(\d+) (\w+) ([0-9a-f]+)\t/.exec(line) ?? [];
    const refuse = (what: string) => new ExecutorFailure(`${way} is ${what} on that branch.`);
    if (mode === "120000") throw refuse("a symbolic link; links are not followed");
    if (mode === "160000") throw refuse("a submodule; what is in it is another repository's");
    if (mode === "040000") {
      if (isLast) throw refuse("a folder");
      continue;
    }
    if (!isLast) throw refuse("a file, so nothing lies below it");
    if ((mode !== "100644" && mode !== "100755") || !oid) throw refuse("not an ordinary file");
    return { oid, mode };
  }
  return null;
}

export async function readBlob({ gitDir }: Repository, oid: string): Promise<Buffer> {
  const size = Number(await gitText(gitDir, ["cat-file", "-s", oid]));
  if (size > FILE_LIMIT_BYTES) throw new ExecutorFailure("The file on that branch is larger than 1 MiB.");
  const { code, out } = await git(gitDir, ["cat-file", "blob", oid]);
  if (code !== 0) throw new ExecutorFailure("The file on that branch can't be read.");
  return out;
}

/** The name that this content has as a blob; `write` puts it into the repository too. No filter changes it. */
export function blobOf(
  { gitDir }: Repository,
  content: Buffer,
  options: { write: boolean },
): Promise<string> {
  const args = ["hash-object", ...(options.write ? ["-w"] : []), "--no-filters", "--stdin"];
  return gitText(gitDir, args, { input: content });
}

/** One path of an index as `update-index --index-info -z` reads it; mode 0 takes it out. `anyOid` tells how long they are. */
export function indexLine(path: string, entry: Entry, anyOid: string): string {
  return `${entry ? `${entry.mode} ${entry.oid}` : `0 ${"0".repeat(anyOid.length)}`}\t${path}\0`;
}

/** A commit on top of `parent` in which only this path differs. Nothing points to it yet. */
export async function makeCommit(
  repository: Repository,
  parent: string,
  change: { path: string; entry: Entry; message: string; author: Author; at: Date },
): Promise<string> {
  const { gitDir } = repository;
  const { path, entry, message, author, at } = change;
  const folder = await mkdtemp(join(tmpdir(), "ade-git-"));
  try {
    const env = { GIT_INDEX_FILE: join(folder, "index") };
    await gitText(gitDir, ["read-tree", parent], { env });
    await gitText(gitDir, ["update-index", "-z", "--index-info"], {
      env,
      input: indexLine(path, entry, parent),
    });
    const tree = await gitText(gitDir, ["write-tree"], { env });
    const date = `${Math.floor(at.getTime() / 1000)} +0000`;
    return await gitText(gitDir, ["commit-tree", "--no-gpg-sign", tree, "-p", parent, "-F", "-"], {
      input: message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Moves the branch if it still stands where it was read; false where somebody else moved it. */
export async function moveBranch(
  { gitDir }: Repository,
  branch: string,
  move: { from: string; to: string; reason: string },
): Promise<boolean> {
  const args = ["update-ref", "--create-reflog", "-m", move.reason, refOf(branch), move.to, move.from];
  const { code, err } = await git(gitDir, args);
  if (code === 0) return true;
  if (/but expected|reference already exists|unable to resolve reference/i.test(err)) return false;
  throw new ExecutorFailure(`The branch ${branch} can't be moved: another Git process holds it.`, {
    retryable: true,
  });
}

/** The newest commit between two with this trailer; null where there is none, or history was rewritten. */
export async function commitWith(
  { gitDir }: Repository,
  range: { after: string; until: string },
  trailer: { name: string; value: string },
): Promise<{ oid: string; subject: string } | null> {
  const format = `--format=%H%x00%s%x00%(trailers:key=${trailer.name},valueonly,separator=%x2C)`;
  const { code, out } = await git(gitDir, [
    "log",
    "--max-count=5000",
    "-z",
    format,
    `${range.after}..${range.until}`,
  ]);
  if (code !== 0) return null;
  const fields = out.toString("utf8").split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) {
    if (fields[at + 2]?.trim() === trailer.value)
      return { oid: fields[at]!.trim(), subject: fields[at + 1]! };
  }
  return null;
}

/** Folders that have this branch checked out, the root's own and linked ones. */
export async function checkedOutIn(
  { gitDir, isBare }: Repository,
  branch: string,
): Promise<"root" | "elsewhere" | null> {
  const ref = refOf(branch);
  if (!isBare) {
    const { out } = await git(gitDir, ["symbolic-ref", "--quiet", "HEAD"]);
    if (out.toString("utf8").trim() === ref) return "root";
  }
  const list = await gitText(gitDir, ["worktree", "list", "--porcelain"]);
  const others = list.split("\n\n").slice(1);
  return others.some((one) => one.split("\n").includes(`branch ${ref}`)) ? "elsewhere" : null;
}
