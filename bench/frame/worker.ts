import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { SECRET } from "./cores.ts";

const PROGRAM = fileURLToPath(new URL("../../apps/worker/src/main.ts", import.meta.url));

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export type RunningWorker = { pid: number; stop: () => Promise<void> };

/** A worker process, as in production; resolves when it takes jobs. */
export async function startWorker(options: {
  databaseUrl: string;
  redisUrl: string;
  dataDir: string;
}): Promise<RunningWorker> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", PROGRAM], {
    env: {
      ...process.env,
      DATABASE_URL: options.databaseUrl,
      REDIS_URL: options.redisUrl,
      ADE_DATA_DIR: options.dataDir,
      ADE_SECRET: SECRET,
      ADE_TEST_EXECUTORS: "1",
      LOG_LEVEL: "info",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const ended = once(child, "exit").then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  await Promise.race([
    saysReady(child),
    ended.then((code) => {
      throw new Error(`The worker ended with ${code} before it was ready.`);
    }),
  ]);
  return {
    pid: child.pid!,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Reads its log: the line that says so, and from then on whatever is wrong. */
function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const { level, msg } = JSON.parse(line) as { level: number; msg?: string };
      if (msg === "ready") resolve();
      if (level >= 40) console.error(line);
    });
  });
}
