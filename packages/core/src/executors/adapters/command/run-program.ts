import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import { ExecutorFailure } from "../../errors.ts";

export const LEASH = fileURLToPath(new URL("./leash.mjs", import.meta.url));
/** A program that was told to end gets so long to tidy up, well within what a lost lock stays closed for. */
export const GRACE_MS = 5_000;
/** Two thirds of the usual lease: a worker that was silent for so long has lost its locks, or soon will. */
export const SILENCE_MS = 20_000;
/** After the program's end its output may be held open by something that left the group. */
const LAST_OUTPUT_MS = 1_000;

export type Program = {
  argv: readonly string[];
  directory: string;
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
  onOutput: (text: string) => void;
  graceMs?: number | undefined;
  silenceMs?: number | undefined;
};

export type ProgramEnd = { code: number | null; signal: string | null };

/**
 * Runs a program in a process group of its own, without a shell, with PATH, HOME and the given environment. Resolves
 * with how it ended. On abort the group is told to end (SIGTERM), then ended (SIGKILL); rejects with the signal's
 * reason once it is gone. Throws ExecutorFailure where it can't be started.
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  const { signal, directory } = program;
  signal.throwIfAborted();
  const folder = await stat(directory).catch(() => null);
  if (!folder?.isDirectory()) throw new ExecutorFailure(`The folder ${directory} is not on this worker.`);
  signal.throwIfAborted();
  const answer = await leashed(program);
  signal.throwIfAborted();
  if ("error" in answer) throw startFailure(program.argv[0]!, answer.error);
  return answer;
}

export type Answer = ProgramEnd | { error: string };

async function leashed(program: Program): Promise<Answer> {
  const { argv, directory: cwd, graceMs = GRACE_MS, silenceMs = SILENCE_MS } = program;
  const { PATH = "/usr/local/bin:/usr/bin:/bin", HOME = "/" } = process.env;
  const env = { PATH, HOME, ...program.environment };
  const leash = spawn(process.execPath, [LEASH], {
    detached: true,
    env: {} as NodeJS.ProcessEnv,
    cwd: "/",
    stdio: ["ignore", "pipe", "ignore", "pipe"],
  });
  const line = leash.stdio[3] as Duplex;
  // It may be gone before it has read everything: then it says so by its end.
  line.on("error", () => undefined);
  line.write(`${JSON.stringify({ argv, cwd, env, graceMs, silenceMs })}\n`);
  const breath = setInterval(() => line.write("\n"), silenceMs / 4);
  const unwatch = killOnAbort(leash, program.signal, graceMs);
  try {
    return await ended(leash, line, program.onOutput);
  } finally {
    clearInterval(breath);
    unwatch();
  }
}

export function killOnAbort(leash: ChildProcess, signal: AbortSignal, graceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(leash, "SIGTERM");
    timer = setTimeout(() => killGroup(leash, "SIGKILL"), graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  };
}

function killGroup(leash: ChildProcess, name: NodeJS.Signals): void {
  // Its own end is the last of the group, so while it has not ended the number is nobody else's.
  if (leash.pid === undefined || leash.exitCode !== null || leash.signalCode !== null) return;
  try {
    process.kill(-leash.pid, name);
  } catch {
    // It has just ended.
  }
}

function ended(leash: ChildProcess, line: Duplex, onOutput: (text: string) => void): Promise<Answer> {
  const decoder = new StringDecoder("utf8");
  let answer = "";
  line.setEncoding("utf8");
  line.on("data", (chunk: string) => {
    answer += chunk;
  });
  leash.stdout!.on("data", (chunk: Buffer) => onOutput(decoder.write(chunk)));
  return new Promise((resolve) => {
    let last: NodeJS.Timeout | undefined;
    const done = (result: Answer): void => {
      clearTimeout(last);
      const rest = decoder.end();
      if (rest) onOutput(rest);
      leash.stdout!.destroy();
      line.destroy();
      resolve(result);
    };
    const read = (): Answer => {
      const text = answer.split("\n")[0] ?? "";
      return text ? (JSON.parse(text) as Answer) : { code: null, signal: leash.signalCode ?? "SIGKILL" };
    };
    leash.once("error", (error: NodeJS.ErrnoException) => done({ error: error.code ?? error.message }));
    leash.once("exit", () => {
      last = setTimeout(() => done(read()), LAST_OUTPUT_MS);
    });
    leash.once("close", () => done(read()));
  });
}

function startFailure(program: string, code: string): ExecutorFailure {
  if (code === "ENOENT") return new ExecutorFailure(`The program ${program} is not on this worker.`);
  if (code === "EACCES") return new ExecutorFailure(`The program ${program} may not be run by this worker.`);
  if (code === "E2BIG")
    return new ExecutorFailure(`The arguments of ${program} are longer than this system takes.`);
  return new ExecutorFailure(`The program ${program} could not be started (${code}).`, { retryable: true });
}
