import { join } from "node:path";
import { closeConnections, openConnections } from "@ade/core/connect";
import { createCore } from "@ade/core/core";
import { parseFileRoots } from "@ade/core/executors/adapters/files/file-roots";
import { systemClock } from "@ade/core/kernel/clock";
import { isCoded } from "@ade/core/kernel/errors";
import { randomIds } from "@ade/core/kernel/ids";
import { logStream } from "@ade/core/kernel/log-stream";
import { type Environment, readEnvironment } from "./env.ts";
import { createLogger } from "./logging.ts";
import { buildServer } from "./server.ts";

/** A stop that takes longer is ended by force; the supervisor waits a little more. */
const STOP_DEADLINE_MS = 15_000;

async function run(env: Environment): Promise<void> {
  const log = createLogger(env.LOG_LEVEL, logStream());
  const connections = await openConnections({
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    poolSize: env.ADE_POOL_SIZE,
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
    sqlConnections: env.ADE_SQL_CONNECTIONS,
    commandsFile: env.ADE_COMMANDS || undefined,
    testExecutors: env.ADE_TEST_EXECUTORS && { ...(env.ADE_TEST_SINK ? { sink: env.ADE_TEST_SINK } : {}) },
    anchorFile: join(env.ADE_DATA_DIR, "ledger-anchors.jsonl"),
    works: false,
    outgoing: {
      smtpUrl: env.ADE_SMTP_URL ?? null,
      httpAllow: env.ADE_HTTP_ALLOW,
      ...(env.ADE_MAIL_FROM ? { from: env.ADE_MAIL_FROM } : {}),
    },
  });
  await core.locks.refuseUnfitStore();
  const admin = await core.identity.ensureFirstAdmin({
    email: env.ADE_ADMIN_EMAIL,
    password: env.ADE_ADMIN_PASSWORD,
  });
  if (admin.one_time_password) {
    // Once and to the terminal only: the log is kept, and must not know it.
    process.stdout.write(`First admin: ${admin.email}, one-time password: ${admin.one_time_password}\n`);
  }

  await core.agents.ensurePolicy();

  const app = await buildServer({
    core,
    log,
    publicUrl: env.ADE_PUBLIC_URL,
    webUrl: env.ADE_WEB_URL,
    trustProxy: env.ADE_TRUST_PROXY,
    bodyLimitBytes: env.ADE_BODY_LIMIT_BYTES,
    requestsPerSecond: env.ADE_RATE_LIMIT,
  });
  await app.listen({ host: env.HOST, port: env.PORT });
  log.info({ address: env.ADE_PUBLIC_URL }, "ready");

  let isStopping = false;
  async function stop(signal: string): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await app.close();
    await core.close();
    await closeConnections(connections);
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      });
    });
  }
}

/** One clear sentence for what whoever starts it can mend; the rest with its trace. */
function explain(error: unknown, env: Environment | undefined): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "EADDRINUSE")
    return `Port ${env?.PORT} is taken: stop what listens there, or set PORT to another.`;
  if (code === "EACCES") return `Port ${env?.PORT} may not be used by this user: set PORT to one above 1023.`;
  if (code === "ECONNREFUSED" || code === "ENOTFOUND") {
    return "The database cannot be reached: check DATABASE_URL, and that PostgreSQL runs.";
  }
  if (isCoded(error)) return `${error.message} ${error.next}`;
  return error instanceof Error && env ? (error.stack ?? error.message) : (message ?? String(error));
}

let env: Environment | undefined;
try {
  env = readEnvironment(process.env);
  await run(env);
} catch (error) {
  process.stderr.write(`${explain(error, env)}\n`);
  process.exit(1);
}
