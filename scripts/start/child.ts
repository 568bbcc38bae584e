import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, statSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { logSince, openLog } from "@ade/embedded/processes";
import { backoffMs } from "./backoff.ts";
import { readLogLine } from "./log-line.ts";
import { END_WITH_PARENT } from "./prepare.ts";

export type ChildSpec = {
  name: "api" | "web" | "worker";
  /** script and arguments, run on this Node */
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** how long it may take to end before it is killed */
  stopTimeoutMs: number;
};

export type Child = {
  spec: ChildSpec;
  /** asks it to end, waits, and kills it when the time is over */
  stop(): Promise<void>;
  /** ends it at once */
  kill(): void;
};

export type ChildEvents = {
  /** a line for the person at the terminal */
  say(line: string): void;
  /** it ended by itself; answer false to give up on it */
  mayRestart(child: Child, why: string, lastWords: string): boolean;
};

/** Keeps a process running: one that ends by itself is started again, later each time, and said so. */
export function superviseChild(spec: ChildSpec, events: ChildEvents): Child {
  let running: ChildProcess | undefined;
  let stopping = false;
  let crashes = 0;
  let pause: NodeJS.Timeout | undefined;

  const child: Child = {
    spec,
    async stop() {
      stopping = true;
      clearTimeout(pause);
      const process = running;
      if (!process) return;
      const ended = new Promise<void>((resolve) => process.once("exit", () => resolve()));
      process.kill("SIGTERM");
      const late = setTimeout(() => process.kill("SIGKILL"), spec.stopTimeoutMs);
      await ended;
      clearTimeout(late);
    },
    kill() {
      stopping = true;
      clearTimeout(pause);
      running?.kill("SIGKILL");
    },
  };

  function start(): void {
    const logFd = openLog(spec.logFile);
    const logFrom = statSync(spec.logFile).size;
    const startedAt = performance.now();
    const process = spawn(
      globalThis.process.execPath,
      ["--disable-warning=ExperimentalWarning", "--import", END_WITH_PARENT, ...spec.args],
      {
        cwd: spec.cwd,
        env: { ...spec.env, ADE_SUPERVISOR: String(globalThis.process.pid) },
        stdio: ["ignore", "pipe", logFd, "ipc"],
        detached: true,
      },
    );
    running = process;
    createInterface({ input: process.stdout! }).on("line", (line) => {
      const { show, keep } = readLogLine(spec.name, line);
      if (keep) writeSync(logFd, `${line}\n`);
      if (show) events.say(show);
    });
    process.once("error", (error) => writeSync(logFd, `${error.message}\n`));
    process.once("close", (code, signal) => {
      closeSync(logFd);
      running = undefined;
      if (stopping) return;
      const why = signal ? `was killed by ${signal}` : `ended with code ${code}`;
      if (!events.mayRestart(child, why, logSince(spec.logFile, logFrom))) return;
      const uptimeMs = performance.now() - startedAt;
      crashes = uptimeMs > 60_000 ? 1 : crashes + 1;
      const waitMs = backoffMs(crashes);
      events.say(`${spec.name} ${why}; starting it again in ${waitMs / 1000} s (see ${spec.logFile})`);
      pause = setTimeout(start, waitMs);
    });
  }

  start();
  return child;
}
