import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { cliErrors } from "../errors.ts";

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;

/**
 * Runs a command in a process group of its own, on our streams. Signals to us go to the whole group; Ctrl-Z does not
 * stop us, for a stopped holder loses its lock while the command goes on. Once `lost` is aborted the group is ended, by
 * SIGTERM and after `graceMs` by SIGKILL.
 *
 * @returns its exit code, 128 and the signal's number where one ended it
 * @throws the reason of `lost`, once the group has ended; COMMAND_NOT_FOUND, COMMAND_NOT_RUNNABLE
 */
export async function runGroup(
  [command = "", ...args]: readonly string[],
  options: {
    env: Readonly<Record<string, string | undefined>>;
    lost: AbortSignal;
    graceMs: number;
    note: (text: string) => void;
  },
): Promise<number> {
  const { env, lost, graceMs, note } = options;
  lost.throwIfAborted();
  const child = spawn(command, args, { env: { ...env }, stdio: "inherit", detached: true });
  const send = (name: NodeJS.Signals | 0): boolean => {
    try {
      // Where the command was not started, there is no group; 0 would be our own.
      return child.pid !== undefined && process.kill(-child.pid, name);
    } catch {
      return false;
    }
  };
  const passOn = (name: NodeJS.Signals): void => void send(name);
  const stay = (): void =>
    note("Not stopped: a stopped holder would lose the lock. Stop the command itself.");
  for (const name of PASSED_ON) process.on(name, passOn);
  process.on("SIGTSTP", stay);
  let killing: NodeJS.Timeout | undefined;
  const end = (): void => {
    note("The lock is lost: the command is ended.");
    send("SIGTERM");
    killing = setTimeout(() => send("SIGKILL"), graceMs);
  };
  lost.addEventListener("abort", end, { once: true });
  if (lost.aborted) end();
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", (cause: NodeJS.ErrnoException) => {
        const make = cause.code === "ENOENT" ? cliErrors.COMMAND_NOT_FOUND : cliErrors.COMMAND_NOT_RUNNABLE;
        reject(make({ message: `${command} cannot be run: ${cause.message}.`, cause }));
      });
      child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
    // What the command left behind must not write without the lock either.
    if (lost.aborted) await groupEnded(send);
    lost.throwIfAborted();
    return exitCode;
  } finally {
    clearTimeout(killing);
    lost.removeEventListener("abort", end);
    for (const name of PASSED_ON) process.off(name, passOn);
    process.off("SIGTSTP", stay);
  }
}

const LOOK_MS = 50;

/** Resolves once nobody of the group is left. */
async function groupEnded(send: (name: 0) => boolean): Promise<void> {
  while (send(0)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
