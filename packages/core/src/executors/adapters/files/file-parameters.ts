import { z } from "zod";
import { isCoded } from "../../../kernel/errors.ts";
import type { ResourceRef } from "../../../resources/schema.ts";
import { canonicalKey } from "../../../resources/service.ts";
import { ExecutorFailure } from "../../errors.ts";
import { asWritten, type Issue, type PlanContext } from "../../port.ts";
import { replaceReferences } from "../../secret-reference.ts";
import { MAX_PATH_LENGTH, pathIssue } from "./file-path.ts";
import type { FileRoots } from "./file-roots.ts";
import { FILE_LIMIT_BYTES, readState } from "./file-state.ts";
import { inFolder } from "./folder-handle.ts";
import { branchIssue, messageIssue } from "./git/git-names.ts";

const parameters = z
  .strictObject({
    root: z.string(),
    path: z.string(),
    content: z.string().nullable(),
    branch: z.string().optional(),
    message: z.string().optional(),
  })
  .refine(({ branch, message }) => (branch === undefined) === (message === undefined));

/** A configuration's parameters, understood: where the file lies and what it shall hold (null: be gone). */
export type FileTask = {
  root: string;
  /** The root's folder. */
  folder: string;
  path: string;
  folders: readonly string[];
  name: string;
  content: Buffer | null;
  /** Whether secrets stand in the content: then neither its size nor its hash is shown. */
  hides: boolean;
  /** Where it shall be committed, and with which words; null where the file itself is written. */
  commit: { branch: string; message: string } | null;
};

const field = (name: string) => `config.parameters.${name}`;

/** The file as a resource. Roots have no namespaces, so it is always the default one. */
export function fileResource(root: string, path: string, isDeletion: boolean): ResourceRef {
  return {
    type: "configuration",
    id: `${root}/${path}`,
    scope: "namespace",
    namespace: "default",
    actions: [isDeletion ? "delete" : "write"],
  };
}

/** JSON Schema of the parameters; the roots are offered by name. */
export function fileParametersSchema(roots: FileRoots): Record<string, unknown> {
  const names = Object.keys(roots);
  return {
    type: "object",
    additionalProperties: false,
    required: ["root", "path", "content"],
    dependentRequired: { branch: ["message"], message: ["branch"] },
    properties: {
      root: {
        type: "string",
        title: "Root",
        description: "The folder that the path starts from, by the name it has in the settings",
        ...(names.length > 0 && { enum: names }),
      },
      path: {
        type: "string",
        title: "Path",
        description: "The file, relative to its root",
        minLength: 1,
        maxLength: MAX_PATH_LENGTH,
      },
      content: {
        type: ["string", "null"],
        title: "Content",
        description: "What the file shall hold, at most 1 MiB; null deletes it",
        maxLength: FILE_LIMIT_BYTES,
        contentMediaType: "text/plain",
      },
      branch: {
        type: "string",
        title: "Branch",
        description: "Where the root is a Git repository: the branch to commit to, with the message below",
        minLength: 1,
        maxLength: 200,
      },
      message: {
        type: "string",
        title: "Commit message",
        description:
          "What the commit says; who made the task is its author, and its last lines name the task",
        minLength: 1,
        maxLength: 2000,
        contentMediaType: "text/plain",
      },
    },
  };
}

/** A path that could alias another's name as a resource would be locked and judged as something else. */
function nameIssue(root: string, path: string): string | null {
  try {
    canonicalKey(fileResource(root, path, false));
    return null;
  } catch (error) {
    if (!isCoded(error)) throw error;
    return (error.details as Issue[])[0]?.issue ?? error.message;
  }
}

/** What is wrong with the parameters by themselves. */
export function parameterIssues(given: unknown, roots: FileRoots): Issue[] {
  const { root, path, content, branch, message } = parameters.parse(given);
  const issues: Issue[] = [];
  if (!Object.hasOwn(roots, root)) {
    const known = Object.keys(roots).join(", ");
    issues.push({
      field: field("root"),
      issue: known ? `must be one of ${known}` : "no file roots are set up",
    });
  }
  const wrong = pathIssue(path) ?? nameIssue(root, path);
  if (wrong) issues.push({ field: field("path"), issue: wrong });
  if (content?.includes("\0"))
    issues.push({ field: field("content"), issue: "must not hold NUL characters" });
  if (content && !content.isWellFormed()) {
    issues.push({
      field: field("content"),
      issue: "must be well-formed text: half of a surrogate pair was found",
    });
  }
  if (content && Buffer.byteLength(content) > FILE_LIMIT_BYTES) {
    issues.push({ field: field("content"), issue: "must be at most 1 MiB in UTF-8" });
  }
  if (branch === undefined || message === undefined) return issues;
  const named = branchIssue(branch);
  const worded = messageIssue(message);
  if (named) issues.push({ field: field("branch"), issue: named });
  if (worded) issues.push({ field: field("message"), issue: worded });
  if (content !== null && replaceReferences(content, () => "") !== content) {
    issues.push({
      field: field("content"),
      issue: "must not name secrets where it is committed: a value in a history can't be taken back",
    });
  }
  return issues;
}

/**
 * The task behind parameters, with the values of what its content names; ExecutorFailure for what validation would
 * refuse (a root may be gone since).
 */
export function fileTask(
  given: unknown,
  roots: FileRoots,
  reveal: PlanContext["reveal"] = asWritten,
): FileTask {
  const parsed = parameters.safeParse(given);
  if (!parsed.success) throw new ExecutorFailure("The parameters are not those of configuration.file.");
  const [issue] = parameterIssues(given, roots);
  if (issue) throw new ExecutorFailure(`${issue.field} ${issue.issue}.`);
  const { root, path, content, branch, message } = parsed.data;
  const revealed = content && reveal(content);
  const folders = path.split("/");
  const name = folders.pop()!;
  return {
    root,
    folder: roots[root]!,
    path,
    folders,
    name,
    content: revealed === null ? null : Buffer.from(revealed),
    hides: revealed !== content,
    commit: branch === undefined || message === undefined ? null : { branch, message },
  };
}

/**
 * Refuses a path that leads over or to a symbolic link, as far as this process sees the folder: the API may run
 * where the roots are not, and then the plan tells. Applying walks by handles and does not rely on this.
 */
export async function linkIssues(task: FileTask): Promise<Issue[]> {
  try {
    await inFolder(task.folder, task.folders, { create: false }, (folder) => readState(folder, task.name));
    return [];
  } catch (error) {
    const isPath =
      error instanceof ExecutorFailure && (error.details as { kind?: string } | undefined)?.kind === "path";
    return isPath ? [{ field: field("path"), issue: error.message.replace(/\.$/, "") }] : [];
  }
}
