import { execFile } from "node:child_process";
import { ExecutorFailure } from "../../../errors.ts";
import { errorCode } from "../file-failure.ts";

const LIMIT_MS = 30_000;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

export const NO_GIT = "Git is not installed where tasks are applied, so nothing can be committed.";

export type GitRun = { readonly code: number; readonly out: Buffer; readonly err: string };
export type GitOptions = {
  input?: Buffer | string;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
};

/**
 * What is the same for every call: no hook, no pager, no signature, no fetching, no configuration but the repository's
 * own, and of that nothing which starts a program.
 */
const FIXED = [
  ...["--no-pager", "--literal-pathspecs", "--no-replace-objects"],
  ...["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.allow=never", "gc.auto=0"].flatMap(
    (setting) => ["-c", setting],
  ),
];

function environment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    LC_ALL: "C",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_COMMITTER_NAME: "Community ADE",
    GIT_COMMITTER_EMAIL: "ade@localhost",
  };
}

/**
 * Runs git on one repository with a fixed vector of arguments, without a shell. Answers its exit code; ExecutorFailure
 * where git is not there or does not end.
 */
export function git(gitDir: string, args: readonly string[], options: GitOptions = {}): Promise<GitRun> {
  const { promise, resolve, reject } = Promise.withResolvers<GitRun>();
  const child = execFile(
    "git",
    [...FIXED, `--git-dir=${gitDir}`, ...args],
    {
      env: { ...environment(), ...options.env } as NodeJS.ProcessEnv,
      cwd: gitDir,
      encoding: "buffer",
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
      ...(options.signal && { signal: options.signal }),
    },
    (error, stdout, stderr) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      const run = (code: number): GitRun => ({ code, out: stdout, err: stderr.toString("utf8") });
      if (!error) return resolve(run(0));
      if (typeof error.code === "number") return resolve(run(error.code));
      if (errorCode(error) === "ENOENT") return reject(new ExecutorFailure(NO_GIT, { cause: error }));
      reject(new ExecutorFailure("Git did not end in time.", { retryable: true, cause: error }));
    },
  );
  // A git that ends before it has read everything says so by its exit code.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  return promise;
}

/** Its output as text without the last newline; ExecutorFailure with git's own last line where it fails. */
export async function gitText(
  gitDir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const { code, out, err } = await git(gitDir, args, options);
  if (code === 0) return out.toString("utf8").replace(/\n$/, "");
  const said = err.trim().split("\n").at(-1)?.replaceAll(gitDir, "the repository") ?? "";
  throw new ExecutorFailure(`Git could not ${args[0]}: ${said || `exit code ${code}`}.`, {
    retryable: /lock|unable to create/i.test(said),
  });
}
