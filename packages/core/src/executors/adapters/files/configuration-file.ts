import { stat } from "node:fs/promises";
import { canonicalJson } from "../../../kernel/canonical-json.ts";
import { type Clock, systemClock } from "../../../kernel/clock.ts";
import { sha256 } from "../../../kernel/ids.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { AttemptContext, Executor } from "../../port.ts";
import {
  type FileTask,
  fileParametersSchema,
  fileResource,
  fileTask,
  linkIssues,
  parameterIssues,
} from "./file-parameters.ts";
import { filePreview } from "./file-preview.ts";
import { checkFileRoots, type FileRoots } from "./file-roots.ts";
import { compareWithStash, makeStash, readStash } from "./file-stash.ts";
import { type FileState, hashOf, readState } from "./file-state.ts";
import { deleteFile, removeEmptyFolders, replaceFile, type TemporaryName } from "./file-write.ts";
import { type Folder, inFolder } from "./folder-handle.ts";
import { createGitFiles, type GitTask } from "./git/git-file.ts";
import { repositoryAt } from "./git/git-repository.ts";
import { type GitStash, readGitStash } from "./git/git-stash.ts";

const TYPE = "configuration.file";
/** Raised when the same parameters come to mean something else; approvals given before then no longer hold. */
const VERSION = 1;
const NEW_FILE_MODE = 0o644;

function temporaryName(context: AttemptContext, path: string): TemporaryName {
  const prefix = `.ade-${sha256(`${context.idempotency_key}\n${path}`).slice(0, 16)}-`;
  return { prefix, name: `${prefix}${Math.max(0, ...Object.values(context.fencing_tokens))}.tmp` };
}

function changedMeanwhile(path: string): ExecutorFailure {
  return new ExecutorFailure(`${path} was changed by somebody else; nothing was overwritten.`);
}

const bareSentence = (root: string) => `root ${root} is a bare Git repository: name a branch to commit to`;

const isGit = (task: FileTask): task is GitTask => task.commit !== null;

/** The place that a stash is about. */
function gitTaskOf({ root, path, branch }: GitStash, roots: FileRoots): GitTask {
  const task = fileTask({ root, path, content: null, branch, message: "-" }, roots);
  return { ...task, commit: { branch, message: "" } };
}

/** The API may run where the roots are not; then the plan tells. */
async function isThere(task: FileTask): Promise<boolean> {
  return (await stat(task.folder).catch(() => null)) !== null;
}

/** Counts the folders of a path that do not exist, from the file upwards. */
async function countMissing(task: FileTask): Promise<number> {
  for (let missing = 0; missing < task.folders.length; missing++) {
    const folders = task.folders.slice(0, task.folders.length - missing);
    if (await inFolder(task.folder, folders, { create: false }, async (folder) => folder !== null))
      return missing;
  }
  return task.folders.length;
}

/**
 * Executor of `configuration.file`: `{root, path, content}` below named folders (apply.md, "Executors").
 * No link is ever followed; what is written is written in one step. Throws TypeError for roots that alias.
 */
export function createFilesExecutor(options: { roots: FileRoots; clock?: Clock }): Executor {
  const roots = checkFileRoots(options.roots);
  const clock = options.clock ?? systemClock;

  /** Brings the file to `bytes` if it still is as `expected`. */
  async function bring(
    task: FileTask,
    to: { bytes: Buffer; mode: number; owner: { uid: number; gid: number } | null } | null,
    expected: FileState,
    context: AttemptContext,
  ): Promise<void> {
    await inFolder(task.folder, task.folders, { create: to !== null }, async (folder: Folder | null) => {
      const confirm = async () => {
        context.signal.throwIfAborted();
        const now = await readState(folder, task.name);
        if ((now?.sha256 ?? null) !== (expected?.sha256 ?? null)) throw changedMeanwhile(task.path);
      };
      if (!folder) return confirm();
      if (to) await replaceFile(folder, task.name, to, temporaryName(context, task.path), confirm);
      else await deleteFile(folder, task.name, confirm);
    });
  }

  const stateOf = (task: FileTask) =>
    inFolder(task.folder, task.folders, { create: false }, (folder) => readState(folder, task.name));

  const gitFiles = createGitFiles(
    {
      read: stateOf,
      async write(task, to, expected, context) {
        await bring(task, to && { ...to, owner: expected }, expected, context);
        if (!to) await removeEmptyFolders(task.folder, task.folders, task.folders.length);
      },
    },
    () => clock.now(),
  );

  /** What lies in a bare repository's folder is Git's own: hooks, settings, objects. */
  async function assertNotBare(task: FileTask): Promise<void> {
    if ((await repositoryAt(task.folder))?.isBare)
      throw new ExecutorFailure(`R${bareSentence(task.root).slice(1)}.`);
  }

  return {
    types: [TYPE],
    title: "Configuration file",
    description: "Writes or deletes one text file below a folder that an admin named.",
    parameters: fileParametersSchema(roots),
    example: {
      type: TYPE,
      description: "Raise the connection limit",
      resources: [fileResource(Object.keys(roots)[0] ?? "app", "service.conf", false)],
      parameters: {
        root: Object.keys(roots)[0] ?? "app",
        path: "service.conf",
        content: "max_connections = 200\n",
      },
    },
    worst_case: 70,
    volatile: [],
    retry: true,
    cheap_plan: true,

    digest(config) {
      const root = String(config.parameters.root);
      const folder = Object.hasOwn(roots, root) ? roots[root] : null;
      return sha256(canonicalJson({ executor: TYPE, version: VERSION, folder }));
    },

    resources(config) {
      const { root, path, content } = config.parameters;
      if (typeof root !== "string" || typeof path !== "string") return [];
      return [fileResource(root, path, content === null)];
    },

    async check(config) {
      const issues = parameterIssues(config.parameters, roots);
      if (issues.length > 0) return issues;
      const task = fileTask(config.parameters, roots);
      if (isGit(task)) return (await isThere(task)) ? gitFiles.issues(task) : [];
      if ((await repositoryAt(task.folder))?.isBare)
        return [{ field: "config.parameters.branch", issue: bareSentence(task.root) }];
      return linkIssues(task);
    },

    async plan(config, context) {
      const task = fileTask(config.parameters, roots, context.reveal);
      if (isGit(task)) return gitFiles.plan(task);
      await assertNotBare(task);
      const before = await stateOf(task);
      context.signal.throwIfAborted();
      const rootExists = await inFolder(
        task.folder,
        [],
        { create: false },
        async (folder) => folder !== null,
      );
      return filePreview(task, before, rootExists);
    },

    async stash(config, context) {
      const task = fileTask(config.parameters, roots, context.reveal);
      if (isGit(task)) return gitFiles.stash(task, context);
      await assertNotBare(task);
      return makeStash(task, await stateOf(task), await countMissing(task));
    },

    async apply(config, context) {
      const task = fileTask(config.parameters, roots, context.reveal);
      if (isGit(task)) return gitFiles.apply(task, readGitStash(context.stash ?? null), context);
      context.signal.throwIfAborted();
      await assertNotBare(task);
      const before = await stateOf(task);
      const after = task.content && hashOf(task.content);
      const place = `${task.root}/${task.path}`;
      if ((before?.sha256 ?? null) === after) return { output: `${place} is already as intended.\n` };
      if (context.stash !== undefined && compareWithStash(readStash(context.stash), before) !== "untouched") {
        throw changedMeanwhile(task.path);
      }
      context.report({ percent: 10, message: `Writing ${place}` });
      context.signal.throwIfAborted();
      const file = task.content && {
        bytes: task.content,
        mode: before?.mode ?? NEW_FILE_MODE,
        owner: before,
      };
      await bring(task, file, before, context);
      context.report({ percent: 100, message: `${place} is written` });
      const output = task.content
        ? `${before ? "Replaced" : "Created"} ${place}${task.hides ? ", with secrets in it" : `: ${task.content.length} bytes, SHA-256 ${after}`}.\n`
        : `Deleted ${place}.\n`;
      context.output(output);
      return { output };
    },

    async inspect(stash, config) {
      const committed = readGitStash(stash);
      if (committed) return gitFiles.inspect(gitTaskOf(committed, roots), committed);
      return compareWithStash(readStash(stash), await stateOf(fileTask(config.parameters, roots)));
    },

    async rollback(json, context) {
      const committed = readGitStash(json);
      if (committed) return gitFiles.rollback(gitTaskOf(committed, roots), committed, context);
      const stash = readStash(json);
      const { before, missing_folders } = stash;
      const task = fileTask({ root: stash.root, path: stash.path, content: null }, roots);
      context.signal.throwIfAborted();
      const now = await stateOf(task);
      const place = `${stash.root}/${stash.path}`;
      if ((now?.sha256 ?? null) !== (before?.sha256 ?? null)) {
        if (compareWithStash(stash, now) === "foreign") throw changedMeanwhile(stash.path);
        const bytes = before && Buffer.from(before.content, "base64");
        await bring(task, bytes && { bytes, mode: before!.mode, owner: before }, now, context);
      }
      if (!before) await removeEmptyFolders(task.folder, task.folders, missing_folders);
      const output = before ? `Restored ${place}: SHA-256 ${before.sha256}.\n` : `Removed ${place} again.\n`;
      return { output };
    },
  };
}
