import { ExecutorFailure } from "../../../errors.ts";
import type { ApplyContext, AttemptContext, Inspection, Issue, Json } from "../../../port.ts";
import type { Preview } from "../../../schema.ts";
import type { FileTask } from "../file-parameters.ts";
import { filePreview } from "../file-preview.ts";
import { type FileState, hashOf } from "../file-state.ts";
import { authorName, messageWith } from "./git-names.ts";
import {
  type Author,
  blobOf,
  checkedOutIn,
  commitWith,
  type Entry,
  entryAt,
  makeCommit,
  moveBranch,
  type Repository,
  readBlob,
  repositoryAt,
  tipOf,
} from "./git-repository.ts";
import { compareWithGitStash, type GitStash } from "./git-stash.ts";
import { refuseChanged, setIndex, workingStanding } from "./working-folder.ts";

/** Other tasks commit to the same branch meanwhile; each turn that is lost was won by one of them. */
const MAX_TURNS = 20;
const KEY_TRAILER = "ADE-Key";

export type GitTask = FileTask & { commit: { branch: string; message: string } };

/** The file in the root's own folder, as the executor for plain files reads and writes it. */
export type WorkingFile = {
  read(task: FileTask): Promise<FileState>;
  write(
    task: FileTask,
    to: { bytes: Buffer; mode: number } | null,
    expected: FileState,
    context: AttemptContext,
  ): Promise<void>;
};

type Now = { repository: Repository; tip: string; entry: Entry };

async function readNow(task: GitTask): Promise<Now> {
  const repository = await repositoryAt(task.folder);
  if (!repository) throw new ExecutorFailure(`Root ${task.root} is no Git repository.`);
  const tip = await tipOf(repository, task.commit.branch);
  if (!tip) throw new ExecutorFailure(`Root ${task.root} has no branch ${task.commit.branch}.`);
  return { repository, tip, entry: await entryAt(repository, tip, task.path) };
}

const place = (task: GitTask) => `${task.root}/${task.path} on ${task.commit.branch}`;
const modeBits = (entry: Entry) => (entry?.mode === "100755" ? 0o755 : 0o644);

function changedMeanwhile(task: GitTask): ExecutorFailure {
  return new ExecutorFailure(`${place(task)} was changed by somebody else; nothing was overwritten.`);
}

async function stateOf(repository: Repository, entry: Entry): Promise<FileState> {
  if (!entry) return null;
  const bytes = await readBlob(repository, entry.oid);
  return { bytes, sha256: hashOf(bytes), mode: modeBits(entry), uid: 0, gid: 0 };
}

async function intended({ repository, entry }: Now, task: GitTask): Promise<Entry> {
  if (!task.content) return null;
  const oid = await blobOf(repository, task.content, { write: false });
  return { oid, mode: entry?.mode ?? "100644" };
}

const sameBlob = (a: Entry, b: Entry) => (a?.oid ?? null) === (b?.oid ?? null);

/** The variant of `configuration.file` that commits: `{root, path, content, branch, message}`. */
export function createGitFiles(working: WorkingFile, now: () => Date) {
  /** How the root's folder stands; null where the branch is not checked out there. */
  async function folderStanding(
    task: GitTask,
    repository: Repository,
    move: { before: Entry; after: Entry },
  ) {
    const where = await checkedOutIn(repository, task.commit.branch);
    if (where === "elsewhere") {
      const { branch } = task.commit;
      throw new ExecutorFailure(
        `Branch ${branch} is checked out in another working folder of root ${task.root}.`,
      );
    }
    if (where === null) return null;
    const file = await working.read(task);
    return { file, standing: await workingStanding(repository, task.path, file, move) };
  }

  async function bringAlong(
    task: GitTask,
    repository: Repository,
    move: { before: Entry; after: Entry },
    context: AttemptContext,
  ): Promise<void> {
    const found = await folderStanding(task, repository, move);
    if (!found) return;
    if (found.standing === "changed") throw refuseChanged(task.path);
    const to = move.after && {
      bytes: await readBlob(repository, move.after.oid),
      mode: modeBits(move.after),
    };
    await working.write(task, to, found.file, context);
    await setIndex(repository, task.path, move);
  }

  /**
   * Commits one change of the path. The branch moves only from where it was read (compare-and-swap): who committed
   * something else in between is built upon, who changed this path is never overwritten.
   */
  async function commit(
    task: GitTask,
    from: Now,
    change: { after: Entry; message: string; author: Author },
    context: ApplyContext,
  ): Promise<string> {
    const { repository } = from;
    const move = { before: from.entry, after: change.after };
    let at: Now = from;
    await bringAlong(task, repository, move, context);
    try {
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        const { message, author, after: entry } = change;
        const made = { path: task.path, entry, message, author, at: now() };
        const to = await makeCommit(repository, at.tip, made);
        context.signal.throwIfAborted();
        const reason = `ADE: ${context.idempotency_key}`;
        if (await moveBranch(repository, task.commit.branch, { from: at.tip, to, reason })) return to;
        at = await readNow(task);
        if (!sameBlob(at.entry, move.before)) throw changedMeanwhile(task);
      }
      throw new ExecutorFailure(`Branch ${task.commit.branch} moved too often to commit to it.`, {
        retryable: true,
      });
    } catch (error) {
      // The folder goes back to what is committed; where that fails too, the next look at it finds it half done.
      const still = { ...context, signal: new AbortController().signal };
      const back = { before: move.after, after: move.before };
      await bringAlong(task, repository, back, still).catch(() => undefined);
      throw error;
    }
  }

  const authorOf = ({ author }: AttemptContext): Author => ({
    name: author ? authorName(author.name) : "Community ADE",
    email: author ? `${author.id}@users.ade.invalid` : "ade@localhost",
  });
  const trailersOf = ({ idempotency_key }: AttemptContext) => ({
    "ADE-Task": idempotency_key.replace(/:\d+$/, ""),
  });

  return {
    /** What keeps the task from being committed, as far as this process sees the root. */
    async issues(task: GitTask): Promise<Issue[]> {
      const field = (name: string, error: unknown): Issue[] => {
        if (!(error instanceof ExecutorFailure)) throw error;
        const sentence = error.message.replace(/\.$/, "");
        return [
          { field: `config.parameters.${name}`, issue: sentence[0]!.toLowerCase() + sentence.slice(1) },
        ];
      };
      try {
        const repository = await repositoryAt(task.folder);
        const tip = repository && (await tipOf(repository, task.commit.branch));
        if (!repository || !tip)
          return await readNow(task).then(
            () => [],
            (error) => field("branch", error),
          );
        return await entryAt(repository, tip, task.path).then(
          () => [],
          (error) => field("path", error),
        );
      } catch (error) {
        return field("branch", error);
      }
    },

    async plan(task: GitTask): Promise<Preview> {
      const at = await readNow(task);
      const move = { before: at.entry, after: await intended(at, task) };
      const folder = await folderStanding(task, at.repository, move);
      if (folder?.standing === "changed") throw refuseChanged(task.path);
      const preview = filePreview(task, await stateOf(at.repository, at.entry), true);
      const along = `Branch ${task.commit.branch} is checked out in the root's folder; the file there changes with it`;
      return folder && preview.changes.length > 0
        ? { ...preview, warnings: [...preview.warnings, along] }
        : preview;
    },

    async stash(task: GitTask, context: AttemptContext): Promise<Json> {
      const at = await readNow(task);
      const stash: GitStash = {
        kind: "git",
        ...{ root: task.root, path: task.path, branch: task.commit.branch, tip: at.tip },
        ...{ before: at.entry, after: await intended(at, task), key: context.idempotency_key },
      };
      return stash;
    },

    async apply(task: GitTask, stash: GitStash | null, context: ApplyContext): Promise<{ output: string }> {
      context.signal.throwIfAborted();
      const at = await readNow(task);
      const after = await intended(at, task);
      if (sameBlob(at.entry, after)) return { output: `${place(task)} is already as intended.\n` };
      if (stash && compareWithGitStash(stash, at.entry) !== "untouched") throw changedMeanwhile(task);
      context.report({ percent: 10, message: `Committing ${place(task)}` });
      context.signal.throwIfAborted();
      if (task.content) await blobOf(at.repository, task.content, { write: true });
      const trailers = { ...trailersOf(context), [KEY_TRAILER]: context.idempotency_key };
      const message = messageWith(task.commit.message, trailers);
      const made = await commit(task, at, { after, message, author: authorOf(context) }, context);
      context.report({ percent: 100, message: `${place(task)} is committed` });
      const output = `Committed ${place(task)}: ${made}.\n`;
      context.output(output);
      return { output };
    },

    async inspect(task: GitTask, stash: GitStash): Promise<Inspection> {
      const at = await readNow(task);
      const found = compareWithGitStash(stash, at.entry);
      if (found !== "untouched") return found;
      const folder = await folderStanding(task, at.repository, stash);
      if (!folder || folder.standing === "as committed") return "untouched";
      return folder.standing === "changed" ? "foreign" : "partial";
    },

    /** A commit that takes the change back; refused where somebody else changed the path since. */
    async rollback(task: GitTask, stash: GitStash, context: ApplyContext): Promise<{ output: string }> {
      context.signal.throwIfAborted();
      const at = await readNow(task);
      if (sameBlob(at.entry, stash.before)) {
        const back = { before: stash.after, after: stash.before };
        const folder = await folderStanding(task, at.repository, stash);
        if (folder?.standing === "brought along") await bringAlong(task, at.repository, back, context);
        return { output: `${place(task)} is as it was.\n` };
      }
      if (compareWithGitStash(stash, at.entry) === "foreign") {
        throw new ExecutorFailure(
          `${place(task)} was changed since by another commit; reverting would undo that too.`,
        );
      }
      const range = { after: stash.tip, until: at.tip };
      const ours = await commitWith(at.repository, range, { name: KEY_TRAILER, value: stash.key });
      const words = ours
        ? `Revert "${ours.subject}"\n\nThis reverts commit ${ours.oid}.`
        : `Bring ${task.path} back`;
      const message = messageWith(words, { ...trailersOf(context), "ADE-Reverts": ours?.oid ?? "nothing" });
      const author = authorOf(context);
      const made = await commit(task, at, { after: stash.before, message, author }, context);
      const output = `Reverted ${place(task)}: ${made}.\n`;
      return { output };
    },
  };
}
