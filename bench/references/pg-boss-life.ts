import { randomIds } from "@ade/core/kernel/ids";
import { PgBoss } from "pg-boss";

const QUEUES = ["request", "apply"] as const;
const LIFE_LIMIT_MS = 30_000;

export type BossLives = { live: () => Promise<void>; stop: () => Promise<void> };

/**
 * An approval as people build it on a job queue: one job puts a request before somebody, whose yes sends the second
 * job, which does the work. No states, no records, no rights, no locks. Its workers take jobs as ours do.
 */
export async function startBossLives(databaseUrl: string, connections: number): Promise<BossLives> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: "two_jobs",
    max: connections,
    useListenNotify: true,
    schedule: false,
  });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  const waiting = new Map<string, () => void>();
  for (const name of QUEUES) {
    await boss.createQueue(name, { notify: true });
    await boss.work<{ id: string }>(
      name,
      {
        batchSize: 50,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 1,
        notifyPollingIntervalSeconds: 1,
      },
      async (jobs) => {
        for (const { data } of jobs) waiting.get(`${name}:${data.id}`)?.();
      },
    );
  }

  async function handled(name: (typeof QUEUES)[number], id: string): Promise<void> {
    const key = `${name}:${id}`;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`pg-boss lost a job of ${name}.`)), LIFE_LIMIT_MS);
      waiting.set(key, () => {
        clearTimeout(late);
        waiting.delete(key);
        resolve();
      });
      boss.send(name, { id }).catch(reject);
    });
  }

  return {
    async live() {
      const id = randomIds.uuid();
      for (const name of QUEUES) await handled(name, id);
    },
    stop: () => boss.stop({ graceful: true, timeout: 5_000 }),
  };
}
