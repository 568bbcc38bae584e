import { spawn } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";
import { type Answer, GRACE_MS, killOnAbort, LEASH, SILENCE_MS } from "./run-program.ts";

/** Of what a program complains about, its last words are the ones that tell. */
const KEPT_COMPLAINTS = 4_000;
const LAST_WORDS_MS = 1_000;

/** A program that is talked to. */
export type Conversation = {
  readonly say: Writable;
  readonly hear: Readable;
  /** The last of what it wrote to its error output. */
  complaints(): string;
  /** How it ended, or why it could not be started. Resolves once its whole process group is gone. */
  readonly ended: Promise<Answer>;
};

/**
 * Starts a program to talk to over its standard input and output, as `runProgram` starts one that is only listened to:
 * in a process group of its own, on the leash, without a shell, with PATH, HOME and nothing else of this process's
 * environment. On abort the group is told to end, then ended.
 */
export function converse(program: {
  argv: readonly string[];
  directory: string;
  signal: AbortSignal;
  graceMs?: number;
}): Conversation {
  const { argv, directory: cwd, signal, graceMs = GRACE_MS } = program;
  const { PATH = "/usr/local/bin:/usr/bin:/bin", HOME = "/" } = process.env;
  const leash = spawn(process.execPath, [LEASH], {
    detached: true,
    env: {} as NodeJS.ProcessEnv,
    cwd: "/",
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const line = leash.stdio[3] as Duplex;
  const order = { argv, cwd, env: { PATH, HOME }, graceMs, silenceMs: SILENCE_MS, talks: true };
  // Either may be gone before it has read everything: then it says so by its end.
  for (const pipe of [line, leash.stdin]) pipe.on("error", () => undefined);
  line.write(`${JSON.stringify(order)}\n`);
  const breath = setInterval(() => line.write("\n"), SILENCE_MS / 4);
  const unwatch = killOnAbort(leash, signal, graceMs);

  let complaints = "";
  leash.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-KEPT_COMPLAINTS);
  });
  let answer = "";
  line.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  const ended = new Promise<Answer>((resolve) => {
    leash.once("error", (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? error.message }));
    leash.once("exit", () => {
      const read = (): void => {
        const [said] = answer.split("\n");
        resolve(said ? (JSON.parse(said) as Answer) : { code: null, signal: leash.signalCode ?? "SIGKILL" });
      };
      // Its last line may still be on the way.
      if (line.readableEnded) read();
      else {
        line.once("end", read);
        setTimeout(read, LAST_WORDS_MS);
      }
    });
  }).finally(() => {
    clearInterval(breath);
    unwatch();
    line.destroy();
  });
  return { say: leash.stdin, hear: leash.stdout, complaints: () => complaints, ended };
}
