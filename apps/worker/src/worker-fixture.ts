import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestCore } from "@ade/testkit/make-core";

export type WorkerProcess = {
  pid: number;
  /** How it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
};

const started = new Set<ChildProcess>();

/** A real worker process on the servers of a test's core; resolves when it takes jobs. */
export async function startWorkerProcess(
  core: TestCore,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: core.databaseUrl,
      REDIS_URL: core.redisUrl,
      ADE_SECRET: core.secret,
      ADE_DATA_DIR: core.filesDir,
      ADE_FILE_ROOTS: `files=${core.filesDir}`,
      ADE_TEST_EXECUTORS: "1",
      ADE_TEST_SINK: core.sinkDir,
      ADE_LOCK_TTL_SECONDS: "5",
      ADE_LOCK_DELAY_SECONDS: "0",
      NODE_NO_WARNINGS: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.add(child);
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (process.env.ADE_TEST_WORKER_LOG) console.log(line);
    if (line.includes('"msg":"ready"')) ready.resolve();
  });
  ended.then(({ code, signal }) => ready.reject(new Error(`A worker ended early: ${code ?? signal}`)));
  await ready.promise;
  return { pid: child.pid!, ended, kill: (signal) => child.kill(signal) };
}

/** Ends whatever is left. */
export async function endWorkerProcesses(): Promise<void> {
  await Promise.all(
    [...started].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }),
  );
}
