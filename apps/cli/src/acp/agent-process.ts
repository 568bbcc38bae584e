import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { constants } from "node:os";

const GRACE_MS = 2_000;
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

export type AgentProcess = {
  readonly child: ChildProcessWithoutNullStreams;
  /** Its exit code as a shell tells it: 128 and the signal's number, 127 where there is no such program. */
  readonly ended: Promise<number>;
  /** Ends it and everything that it started: asks first, and does not ask for long. */
  end(): Promise<void>;
};

/** Starts the agent at the head of a process group of its own, without our key. */
export function startAgent(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
  log: (text: string) => void,
): AgentProcess {
  const { ADE_API_KEY: _ours, ...theirs } = env;
  const child = spawn(command, args, { env: theirs, stdio: ["pipe", "pipe", "pipe"], detached: true });
  let isOver = false;
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      isOver = true;
      log(`the agent could not be started: ${error.message}`);
      resolve(error.code === "ENOENT" ? NOT_FOUND : NOT_RUNNABLE);
    });
    child.once("exit", (code, signal) => {
      isOver = true;
      // What it started and left behind goes with it.
      killGroup(child.pid, "SIGKILL");
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
  child.stdin.on("error", () => undefined);
  return {
    child,
    ended,
    async end() {
      if (isOver) return;
      child.stdin.end();
      killGroup(child.pid, "SIGTERM");
      const late = setTimeout(() => killGroup(child.pid, "SIGKILL"), GRACE_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of it is left.
  }
}
