import type { PoolClient } from "pg";
import { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Connections } from "./connect.ts";
import { QUEUES, type QueueName, type WakeUp } from "./gate/service.ts";

/** Jobs are wake-ups and worthless once taken: an ended one is kept only long enough to be looked at. */
const KEEP_ENDED_SECONDS = 600;
/** NOTIFY wakes a worker at once; the poll is for a lost notification. */
const POLL_SECONDS = 1;
const BATCH_SIZE = 50;

export type JobHandler = (data: Record<string, unknown>) => Promise<void>;

export type Jobs = {
  /** Installs pg-boss's tables and our queues where they are missing. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Inserts wake-ups; inside the given transaction where there is one. An id that is there already is left alone. */
  insert(wakeUps: readonly WakeUp[], client?: PoolClient): Promise<void>;
  /** Begins to take jobs. A handler that throws has its job tried again by pg-boss. */
  work(handlers: Readonly<Record<QueueName, JobHandler>>): Promise<void>;
};

/** pg-boss on our pool. `listen` opens one connection more, for notifications: only workers need it. */
export function createJobs(options: { connections: Connections; log: Logger; works: boolean }): Jobs {
  const { connections, log } = options;
  const { pool } = connections;
  const onPool = {
    executeSql: async (text: string, values?: unknown[]) => pool.query(text, values),
  };
  const boss = new PgBoss({
    schema: "pgboss",
    // Made by the first migration: the runtime role may not make schemas.
    createSchema: false,
    schedule: false,
    supervise: options.works,
    ...(options.works
      ? {
          connectionString: connections.databaseUrl,
          options: connections.pgOptions,
          max: 4,
          useListenNotify: true,
          application_name: "ade-jobs",
        }
      : { db: onPool }),
  });
  boss.on("error", (error) => log.warn({ err: error }, "the job queue has trouble"));

  return {
    async start() {
      await boss.start();
      for (const name of Object.values(QUEUES)) {
        await boss.createQueue(name, {
          notify: true,
          retryLimit: 3,
          retryDelay: 1,
          retryBackoff: true,
          expireInSeconds: 900,
          deleteAfterSeconds: KEEP_ENDED_SECONDS,
        });
      }
    },
    stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
    async insert(wakeUps, client) {
      const db = client
        ? { executeSql: async (text: string, values?: unknown[]) => client.query(text, values) }
        : onPool;
      for (const name of Object.values(QUEUES)) {
        const jobs = wakeUps
          .filter((wakeUp) => wakeUp.queue === name)
          .map(({ id, data, priority, start_after }) => ({
            id,
            data,
            priority: priority ?? 0,
            ...(start_after ? { startAfter: start_after } : {}),
          }));
        if (jobs.length > 0) await boss.insert(name, jobs, { db, returnId: false });
      }
    },
    async work(handlers) {
      for (const name of Object.values(QUEUES)) {
        await boss.work<Record<string, unknown>>(
          name,
          {
            batchSize: BATCH_SIZE,
            burstWhenBatchFull: true,
            pollingIntervalSeconds: POLL_SECONDS,
            notifyPollingIntervalSeconds: POLL_SECONDS,
          },
          async (jobs) => {
            await Promise.all(jobs.map((job) => handlers[name](job.data)));
          },
        );
      }
    },
  };
}
