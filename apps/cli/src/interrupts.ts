import process from "node:process";
import type { Cli } from "./cli.ts";
import { cliErrors } from "./errors.ts";
import { exitCodeOf } from "./exit-codes.ts";

const REASONS = { SIGINT: "INTERRUPTED", SIGTERM: "TERMINATED" } as const;

/**
 * Runs work whose signal is aborted by Ctrl-C or SIGTERM, so that it can undo what it began.
 *
 * @throws what the work throws; INTERRUPTED or TERMINATED, the reasons of its signal
 */
export async function whileInterruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const onSignal = (name: NodeJS.Signals) => ended.abort(cliErrors[REASONS[name as keyof typeof REASONS]]());
  const names = Object.keys(REASONS) as NodeJS.Signals[];
  for (const name of names) process.on(name, onSignal);
  try {
    return await work(ended.signal);
  } finally {
    for (const name of names) process.off(name, onSignal);
  }
}

/** Work that goes on until it is interrupted, which is then no failure: it ends quietly, with the signal's exit code. */
export async function untilInterrupted(
  cli: Cli,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await whileInterruptible(async (signal) => {
    await work(signal);
    if (signal.aborted) cli.endWith(exitCodeOf(signal.reason));
  });
}
