import type { PoolClient } from "pg";
import { type Job, type JobResult, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Connections } from "./connect.ts";
import { QUEUES, type QueueName, type WakeUp } from "./gate/service.ts";

/** Jobs are wake-ups and worthless once taken: an ended one is kept only long enough to be looked at. */
const KEEP_ENDED_SECONDS = 600;
/** NOTIFY wakes a worker at once; the poll is for a lost notification. */
const POLL_SECONDS = 1;
/** A worker begins its whole batch before it fetches again, so one that may last is kept small. */
const FETCHING: Record<QueueName, { batchSize: number; localConcurrency: number }> = {
  plan: { batchSize: 5, localConcurrency: 2 },
  release: { batchSize: 50, localConcurrency: 1 },
  apply: { batchSize: 10, localConcurrency: 1 },
  reassign: { batchSize: 10, localConcurrency: 1 },
  // Each may wait half a minute for an agent.
  connection_test: { batchSize: 1, localConcurrency: 4 },
};
/** While so many wake-ups wait in a queue, its workers are busy: more of them would bring nothing forward. */
const FULL_QUEUE = 2_000;

export type JobHandler = (data: Record<string, unknown>) => Promise<void>;

export type Jobs = {
  /** Installs pg-boss's tables and our queues where they are missing. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Inserts wake-ups; inside the given transaction where there is one. An id that is there already is left alone. */
  insert(wakeUps: readonly WakeUp[], client?: PoolClient): Promise<void>;
  /** The same for what may have lost its job, but only into queues that are not full. */
  insertLost(wakeUps: readonly WakeUp[]): Promise<void>;
  /** Begins to take jobs. A handler that throws has its job tried again by pg-boss. */
  work(handlers: Readonly<Record<QueueName, JobHandler>>): Promise<void>;
  /** Takes no more; resolves when the handlers of what was taken have ended. */
  rest(): Promise<void>;
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

  async function insert(wakeUps: readonly WakeUp[], client?: PoolClient): Promise<void> {
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
  }

  async function isFull(name: QueueName): Promise<boolean> {
    const { rowCount } = await pool.query({
      name: "jobs-is-full",
      text: `SELECT 1 FROM pgboss.job WHERE name = $1 AND state < 'active' OFFSET ${FULL_QUEUE} LIMIT 1`,
      values: [name],
    });
    return rowCount === 1;
  }

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
    insert,
    async insertLost(wakeUps) {
      for (const name of new Set(wakeUps.map(({ queue }) => queue))) {
        if (!(await isFull(name))) await insert(wakeUps.filter(({ queue }) => queue === name));
      }
    },
    async work(handlers) {
      for (const name of Object.values(QUEUES)) {
        await boss.work(
          name,
          {
            ...FETCHING[name],
            burstWhenBatchFull: true,
            pollingIntervalSeconds: POLL_SECONDS,
            notifyPollingIntervalSeconds: POLL_SECONDS,
            perJobResults: true,
          },
          (jobs: Job<Record<string, unknown>>[]) =>
            Promise.all(jobs.map((job) => settle(job.id, handlers[name](job.data)))),
        );
      }
    },
    async rest() {
      await Promise.all(Object.values(QUEUES).map((name) => boss.offWork(name)));
    },
  };

  /** One job that fails is tried again alone, not with all that were fetched with it. */
  async function settle(id: string, work: Promise<void>): Promise<JobResult> {
    try {
      await work;
      return { id, status: "completed" };
    } catch (error) {
      log.warn({ err: error, job_id: id }, "a job failed");
      return { id, status: "failed" };
    }
  }
}
