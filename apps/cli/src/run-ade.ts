import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { run } from "./program.ts";

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type Running = {
  child: ChildProcess;
  /** What it has written by now. */
  readonly stdout: string;
  readonly stderr: string;
  ended: Promise<Ended>;
};

/** A folder of settings of its own: nothing of whoever runs the tests is read or written. */
export const newConfigFolder = (): string => mkdtempSync(join(tmpdir(), "ade-cli-"));

/** Starts the real program as a process of its own; for tests. */
export function startAde(
  args: readonly string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string } = {},
): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
    env: { PATH: process.env.PATH, HOME: "/nonexistent", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    child,
    ended,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
  };
}

/** Runs the real program to its end; for tests. */
export const runAde = (...call: Parameters<typeof startAde>): Promise<Ended> => startAde(...call).ended;

/** Runs it in this process, which is quicker; `tty` answers its questions, one line each. For tests. */
export async function runHere(
  args: readonly string[],
  {
    env = {},
    input = "",
    tty,
  }: { env?: Record<string, string>; input?: string; tty?: readonly string[] } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const stdin = Object.assign(new PassThrough(), { isTTY: tty !== undefined });
  const answers = [...(tty ?? [])];
  const out = new Writable({
    write: (chunk, _encoding, done) => {
      stdout += String(chunk);
      done();
    },
  });
  const err = new Writable({
    write: (chunk, _encoding, done) => {
      stderr += String(chunk);
      done();
      if (/[:\]] $/.test(String(chunk)) && answers.length > 0) stdin.write(`${answers.shift()}\n`);
    },
  });
  if (!tty) stdin.end(input);
  const terminal = { isTTY: tty !== undefined, columns: 80 };
  const code = await run(args, {
    ...{ env: { HOME: "/nonexistent", ...env }, stdin },
    stdout: Object.assign(out, terminal),
    stderr: Object.assign(err, terminal),
  });
  return { code, stdout, stderr };
}
