import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { cliErrors } from "../errors.ts";
import { type ProcessGroup, processGroup } from "./process-group.ts";

/** What usually ends a command, and what does not. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const PASSED_ON = [...ENDING, "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;
/** After SIGKILL nobody does anything any more, whatever the system still says of them. */
const KILLED_MS = 5_000;
const LOOK_MS = 100;
const TELL_AFTER_MS = 1_000;

type Options = {
  env: Readonly<Record<string, string | undefined>>;
  lost: AbortSignal;
  graceMs: number;
  note: (text: string) => void;
};

/**
 * Runs a command in a process group of its own, on our streams, until nobody of the group is left: what it has started
 * writes under the same lock. Signals to us go to the whole group; Ctrl-Z does not stop us, for a stopped holder loses
 * its lock while the command goes on. Once `lost` is aborted the group is ended, by SIGTERM and after `graceMs` by
 * SIGKILL. Where a signal has ended the command, what it left behind has the same grace.
 *
 * @returns its exit code, 128 and the signal's number where one ended it
 * @throws the reason of `lost`, once the group has ended; COMMAND_NOT_FOUND, COMMAND_NOT_RUNNABLE
 */
export async function runGroup(
  [command = "", ...args]: readonly string[],
  { env, lost, graceMs, note }: Options,
): Promise<number> {
  lost.throwIfAborted();
  const child = spawn(command, args, { env: { ...env }, stdio: "inherit", detached: true });
  const group = processGroup(child.pid);
  const killed = new AbortController();
  let killing: NodeJS.Timeout | undefined;
  const killSoon = (): void => {
    killing ??= setTimeout(() => {
      group.send("SIGKILL");
      killed.abort();
    }, graceMs);
  };
  let isTold = false;
  let isAlone = false;
  const passOn = (name: NodeJS.Signals): void => {
    group.send(name);
    isTold ||= ENDING.some((each) => each === name);
    // The command itself may answer a signal as it likes; what it left behind is asked no twice.
    if (isTold && isAlone) killSoon();
  };
  const stay = (): void =>
    note("Not stopped: a stopped holder would lose the lock. Stop the command itself.");
  for (const name of PASSED_ON) process.on(name, passOn);
  process.on("SIGTSTP", stay);
  const end = (): void => {
    note("The lock is lost: the command is ended.");
    group.send("SIGTERM");
    killSoon();
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
    isAlone = true;
    if (isTold) killSoon();
    await groupEnded(group, killed.signal, note);
    lost.throwIfAborted();
    return exitCode;
  } finally {
    clearTimeout(killing);
    lost.removeEventListener("abort", end);
    for (const name of PASSED_ON) process.off(name, passOn);
    process.off("SIGTSTP", stay);
  }
}

/** Resolves once nobody of the group is left, or a while after they were killed. */
async function groupEnded(
  group: ProcessGroup,
  killed: AbortSignal,
  note: (text: string) => void,
): Promise<void> {
  let untilMs = Number.POSITIVE_INFINITY;
  let tellAtMs = performance.now() + TELL_AFTER_MS;
  while (group.lives()) {
    const nowMs = performance.now();
    if (killed.aborted && untilMs === Number.POSITIVE_INFINITY) untilMs = nowMs + KILLED_MS;
    if (nowMs >= untilMs) return note("What the command started does not end; the lock is given back.");
    if (nowMs >= tellAtMs) {
      note("The command has ended. What it started goes on, so the lock stays held; Ctrl-C ends it.");
      tellAtMs = Number.POSITIVE_INFINITY;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
