import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "@ade/embedded/ports";
import { SECRET } from "./cores.ts";

const WORKER = fileURLToPath(new URL("../../apps/worker/src/main.ts", import.meta.url));
const WEB = fileURLToPath(new URL("../../apps/web", import.meta.url));
const API = fileURLToPath(new URL("../../apps/api/src/main.ts", import.meta.url));
/** pino's level of warnings. */
const WARNING = 40;

/** Who is there from the first start on. */
export const ADMIN = { email: "admin@bench.local", password: "a password of the benchmarks" };

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export type ProductProcess = { pid: number; stop: () => Promise<void> };
type Place = { databaseUrl: string; redisUrl: string; dataDir: string };

/** A worker process, as in production; resolves when it takes jobs. */
export async function startWorker(place: Place): Promise<ProductProcess> {
  return startProcess("worker", WORKER, place, {});
}

/** An API process, as in production; resolves when it listens, on the loopback address alone. */
export async function startApi(
  place: Place & { poolSize: number; webUrl?: string; port?: number },
): Promise<ProductProcess & { url: URL }> {
  const port = place.port ?? (await freePort());
  const child = await startProcess("API", API, place, {
    PORT: String(port),
    ...(place.webUrl && { ADE_WEB_URL: place.webUrl }),
    ADE_RATE_LIMIT: "1000000",
    ADE_POOL_SIZE: String(place.poolSize),
    ADE_ADMIN_EMAIL: ADMIN.email,
    ADE_ADMIN_PASSWORD: ADMIN.password,
  });
  return { ...child, url: new URL(`http://127.0.0.1:${port}`) };
}

/** An API with the built dashboard behind it, each a process. */
export async function startDashboard(place: Place & { poolSize: number }) {
  const [webPort, port] = [await freePort(), await freePort()];
  const web = await startWeb(WEB, webPort, `http://127.0.0.1:${port}`);
  const api = await startApi({ ...place, port, webUrl: `http://127.0.0.1:${webPort}` });
  return {
    pid: api.pid,
    url: api.url,
    async stop() {
      await api.stop();
      await web.stop();
    },
  };
}

/** The built dashboard, on the loopback address alone; resolves when it listens. */
function startWeb(folder: string, port: number, apiUrl: string): Promise<ProductProcess> {
  const next = join(folder, "node_modules/next/dist/bin/next");
  const args = [next, "start", "--hostname", "127.0.0.1", "--port", String(port)];
  const env = {
    ...process.env,
    NODE_ENV: "production" as const,
    NEXT_TELEMETRY_DISABLED: "1",
    ADE_API_URL: apiUrl,
  };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  return whenReady("dashboard", child, (line) => line.includes("Ready in"));
}

async function startProcess(
  name: string,
  program: string,
  place: Place,
  settings: Record<string, string>,
): Promise<ProductProcess> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program], {
    env: {
      ...process.env,
      DATABASE_URL: place.databaseUrl,
      REDIS_URL: place.redisUrl,
      ADE_DATA_DIR: place.dataDir,
      ADE_SECRET: SECRET,
      ADE_TEST_EXECUTORS: "1",
      LOG_LEVEL: "info",
      ...settings,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return whenReady(name, child, (line) => heedLog(name, line));
}

/** Resolves when a line of its output says that it is ready. */
async function whenReady(
  name: string,
  child: ChildProcess,
  isReady: (line: string) => boolean,
): Promise<ProductProcess> {
  running.add(child);
  const ended = once(child, "exit").then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  await Promise.race([
    new Promise<void>((resolve) => {
      createInterface({ input: child.stdout! }).on("line", (line) => isReady(line) && resolve());
    }),
    ended.then((code) => {
      throw new Error(`The ${name} ended with ${code} before it was ready.`);
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

/** Shows whatever is wrong; true for the line that says that it is ready. */
function heedLog(name: string, line: string): boolean {
  if (!line.startsWith("{")) return false;
  const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message: string } };
  if (level >= WARNING) console.error(`${name}: ${msg ?? ""} ${err?.message ?? ""}`);
  return msg === "ready";
}
