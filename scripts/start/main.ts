import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureDataDir, keep } from "@ade/embedded/kept";
import { messageOf, PlainError } from "@ade/embedded/plain-error";
import { migrate } from "../../prisma/deploy.ts";
import { checkSettings } from "./check-settings.ts";
import { fillDemo } from "./demo.ts";
import { demoExecutors } from "./demo-executors.ts";
import { runningStart } from "./port.mjs";
import { buildWeb, generateClient } from "./prepare.ts";
import { apiOrigin, processSpecs } from "./processes.ts";
import { fail, progress } from "./progress.mjs";
import { readyMessage } from "./ready-message.ts";
import { postgresService, redisService, type Service } from "./services.ts";
import { readSecret, readSettings } from "./settings.ts";
import { type Supervisor, supervise } from "./supervisor.ts";

/** Signals of one key press may arrive twice, from the terminal and from npm. */
const ONE_PRESS_MS = 1000;

const say = (line: string) => console.log(line);
const services: Service[] = [];
const preparing = new AbortController();
let supervisor: Supervisor | undefined;
let lockFile: string | undefined;
let stoppingSince: number | undefined;

/** Stops what runs, in order: web, worker, api, Redis, PostgreSQL. A second signal does not wait for tasks. */
async function stop(code: number): Promise<never> {
  preparing.abort();
  if (supervisor) await supervisor.stop();
  else for (const service of services.toReversed()) await service.embedded?.stop();
  if (lockFile) rmSync(lockFile, { force: true });
  process.exit(code);
}

async function onSignal(): Promise<void> {
  if (stoppingSince === undefined) {
    stoppingSince = performance.now();
    say("\nStopping; the data stays. Again to stop without waiting for running tasks.");
    await stop(0);
  } else if (performance.now() - stoppingSince > ONE_PRESS_MS) {
    await supervisor?.stopNow();
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const { dataDir, port, host } = settings;
  ensureDataDir(dataDir);
  if (runningStart(dataDir)) throw new PlainError(`ADE already runs from ${dataDir}: stop it first.`);
  mkdirSync(join(dataDir, "logs"), { recursive: true, mode: 0o700 });
  const address = `http://${host === "127.0.0.1" || host === "0.0.0.0" ? "localhost" : host}:${port}`;
  lockFile = join(dataDir, "start.json");
  keep(lockFile, { pid: process.pid, address });
  const secret = readSecret(process.env, dataDir);
  // The longest step needs nothing of the others: it runs beside them.
  const dashboard = buildWeb(preparing.signal, () => say("Building the dashboard (about a minute) ..."));
  dashboard.catch(() => undefined);

  const postgres = await postgresService(settings, say);
  services.push(postgres);
  progress(2, "PostgreSQL", postgres.outcome);
  const redis = await redisService(settings, say);
  services.push(redis);
  progress(3, "Redis", redis.outcome);

  const urls = { databaseUrl: postgres.url, redisUrl: redis.url, secret };
  const more = await demoExecutors(settings, postgres, secret, process.env);
  const specs = await processSpecs(settings, urls, more);
  await checkSettings(specs);

  const client = await generateClient(preparing.signal);
  const applied = await migrate(postgres.url).catch((error: unknown) => {
    throw new PlainError(`The database could not be brought up to date: ${messageOf(error)}`);
  });
  progress(
    4,
    "Schema",
    `${applied.length === 0 ? "up to date" : `${applied.length} migrations applied`}, ${client}`,
  );

  const demo = settings.demo ? await fillDemo({ ...urls, dataDir }) : null;
  progress(5, "Demo data", demo?.outcome ?? "off");
  progress(6, "Dashboard", await dashboard);
  if (stoppingSince !== undefined) return;

  supervisor = supervise(specs, [redis, postgres], `${apiOrigin(settings)}/api/health/ready`, say);
  await supervisor.ready;
  if (stoppingSince !== undefined) return;
  progress(7, "Processes", "api, web and worker are up");
  say(await readyMessage(address, demo));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void onSignal());
// The process that started us was killed outright.
process.on("disconnect", () => void onSignal());
process.channel?.unref();

try {
  await start();
} catch (error) {
  if (stoppingSince === undefined) {
    stoppingSince = performance.now();
    preparing.abort();
    await supervisor?.stopNow();
    if (!supervisor) for (const service of services.toReversed()) await service.embedded?.stop();
    if (lockFile) rmSync(lockFile, { force: true });
    fail(error);
  }
}
