import { hostname } from "node:os";
import { join } from "node:path";
import { closeConnections, openConnections } from "@ade/core/connect";
import { createCore } from "@ade/core/core";
import { parseFileRoots } from "@ade/core/executors/adapters/files/file-roots";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import { logStream } from "@ade/core/kernel/log-stream";
import pino from "pino";
import { createDemoRuns } from "./demo-agent/runs.ts";
import { readEnvironment } from "./env.ts";
import { roundsOf, startRounds } from "./rounds.ts";
import { createTaskSlots } from "./task-slots.ts";

/**
 * What does not even stop when told to is left behind: its locks expire, and the watchdog brings its task back. Sooner
 * than an attempt gives up on what goes on (15 s): this ends with its process, and the next attempt sees how far it came.
 */
const LEAVE_BEHIND_MS = 10_000;

const env = readEnvironment(process.env);
const workerId = `worker:${hostname()}:${process.pid}:${randomIds.secret(4)}`;
const log = pino({ level: env.LOG_LEVEL, base: { service: "worker", worker_id: workerId } }, logStream());

const connections = await openConnections({
  databaseUrl: env.DATABASE_URL,
  redisUrl: env.REDIS_URL,
  poolSize: 16,
  onError: (error) => log.warn({ err: error }, "a connection has trouble"),
});
const core = await createCore({
  connections,
  clock: systemClock,
  ids: randomIds,
  log,
  secret: env.ADE_SECRET,
  publicUrl: env.ADE_PUBLIC_URL,
  fileRoots: parseFileRoots(env.ADE_FILE_ROOTS),
  secretEnvironment: env.secrets,
  sqlConnections: env.ADE_SQL_CONNECTIONS,
  commandsFile: env.ADE_COMMANDS || undefined,
  testExecutors: env.ADE_TEST_EXECUTORS && { ...(env.ADE_TEST_SINK ? { sink: env.ADE_TEST_SINK } : {}) },
  anchorFile: join(env.ADE_DATA_DIR, "ledger-anchors.jsonl"),
  works: true,
  ...(env.ADE_TEST_EXECUTORS && env.ADE_TEST_KILL_AT ? { atApplyStep: killAt(env.ADE_TEST_KILL_AT) } : {}),
  outgoing: {
    smtpUrl: env.ADE_SMTP_URL ?? null,
    httpAllow: env.ADE_HTTP_ALLOW,
    ...(env.ADE_MAIL_FROM ? { from: env.ADE_MAIL_FROM } : {}),
  },
  settings: {
    lock_ttl_seconds: env.ADE_LOCK_TTL_SECONDS,
    lock_delay_seconds: env.ADE_LOCK_DELAY_SECONDS,
    stash_days: env.ADE_STASH_DAYS,
    output_days: env.ADE_OUTPUT_DAYS,
  },
});

function killAt(wanted: string) {
  return (step: string): void => {
    if (step === wanted) process.kill(process.pid, "SIGKILL");
  };
}

const slots = createTaskSlots(env.ADE_WORKER_TASKS);
const drain = new AbortController();
let draining = false;

/** Resolves when the run has begun; refused while draining, so that the job goes to another worker. */
async function beginApplying(taskId: string): Promise<void> {
  const hasBegun = await slots.begin((standBy) =>
    core.applying.run(taskId, { id: workerId, drain: drain.signal, standBy }).then(
      (outcome) => log.debug({ task_id: taskId, outcome }, "applied"),
      (error: unknown) =>
        log.error({ err: error, task_id: taskId }, "an attempt failed outside its executor"),
    ),
  );
  if (!hasBegun) throw new Error("This worker is stopping");
}

await core.locks.refuseUnfitStore();
await core.secrets.warnOfUnreadable();
await core.takeJobs(beginApplying);
const demoRuns = createDemoRuns({ core, url: env.ADE_API_URL ?? env.ADE_PUBLIC_URL, workerId, log });
const stopRounds = startRounds(
  roundsOf(core, demoRuns, { id: workerId, active: () => slots.active, draining: () => draining }),
  log,
);
log.info("ready");

/** Takes nothing new, lets running tasks end, gives back what does not end in time. */
async function stop(signal: string): Promise<void> {
  if (draining) return;
  draining = true;
  log.info({ signal, active: slots.active }, "draining");
  slots.close();
  const graceMs = env.ADE_DRAIN_SECONDS * 1000;
  const late = setTimeout(() => drain.abort("drained"), graceMs);
  const left = new Promise<"left behind">((resolve) => {
    setTimeout(resolve, graceMs + LEAVE_BEHIND_MS, "left behind").unref();
  });
  const demoEnded = demoRuns.stop();
  const ended = await Promise.race([Promise.all([core.stopTakingJobs(), slots.idle(), demoEnded]), left]);
  clearTimeout(late);
  await stopRounds();
  await connections.pool.query("DELETE FROM worker WHERE id = $1", [workerId]);
  await core.close();
  await closeConnections(connections);
  if (ended === "left behind") process.exit(1);
  // An executor that was told to stop and goes on would keep this process for as long as it likes.
  setTimeout(() => process.exit(1), LEAVE_BEHIND_MS).unref();
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      log.error({ err: error }, "stopping failed");
      process.exit(1);
    });
  });
}
