import type { FaultProxy } from "@ade/testkit/fault-proxy";
import { whyNoSmallDisk } from "@ade/testkit/small-disk";
import { type Fault, lasting, type Scene } from "../fault.ts";

const lines = ({ house }: Scene): FaultProxy[] =>
  Object.values(house.residents).map(({ postgres }) => postgres);
const EVERY_MS = 2_000;
const DISK_MB = 256;

/** Ends every connection to this database but the one that asks. */
const TERMINATE = `SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** Rows of a table of its own, until there is no room. */
async function writeMuch(pool: Scene["house"]["pool"]): Promise<{ message?: string }> {
  await pool.query("CREATE TABLE IF NOT EXISTS filler (line text)");
  for (let batch = 0; batch < DISK_MB; batch += 1)
    await pool.query("INSERT INTO filler SELECT repeat(md5(n::text), 30) FROM generate_series(1, 1000) n");
  return {};
}

export const postgresFaults: Fault[] = [
  {
    name: "postgres-restarted",
    about: "PostgreSQL is ended at once (immediate) and started again, once or twice",
    house: { ownPostgres: {} },
    async run({ house, random }) {
      for (let left = random.int(1, 2); left > 0; left -= 1) {
        await house.postgres!.restart();
        await lasting(random.int(500, 2_000));
      }
    },
  },
  {
    name: "postgres-terminated",
    about: "All connections to PostgreSQL are terminated every 2 s",
    async run({ house, show }) {
      let ended = 0;
      for (let round = 0; round < 4; round += 1) {
        const { rows } = await house.pool.query<{ ended: number }>(TERMINATE);
        ended += rows[0]!.ended;
        await lasting(EVERY_MS);
      }
      show(`${ended} connections terminated`);
    },
  },
  {
    name: "postgres-half-open",
    about: "Connections to PostgreSQL lose their other end and are never told",
    async run(scene) {
      for (const line of lines(scene)) line.abandon();
      await lasting(scene.random.int(500, 6_000));
      await Promise.all(lines(scene).map((line) => line.heal()));
    },
  },
  {
    name: "commit-answer-lost",
    about: "PostgreSQL commits, and the connection is cut before its answer",
    async run(scene) {
      const lost = () => lines(scene).reduce((sum, { counts }) => sum + counts.answers_lost, 0);
      const before = lost();
      for (let round = 0; round < 6; round += 1) {
        for (const line of lines(scene))
          line.loseAnswers({ count: scene.random.int(1, 3), matching: "COMMIT" });
        await lasting(scene.random.int(100, 800));
      }
      await Promise.all(lines(scene).map((line) => line.heal()));
      scene.show(`${lost() - before} answers to COMMIT lost`);
    },
  },
  {
    name: "postgres-latency",
    about: "PostgreSQL answers 20 ms late, with 30 ms of jitter",
    async run(scene) {
      for (const line of lines(scene)) line.delay({ latency_ms: 20, jitter_ms: 30 });
      await lasting(scene.random.int(2_000, 4_000));
      await Promise.all(lines(scene).map((line) => line.heal()));
    },
  },
  {
    name: "pool-exhausted",
    about: "Every connection of the pools waits for a table that somebody keeps locked",
    house: { apiSettings: { ADE_POOL_SIZE: "4" } },
    async run({ house, random }) {
      const client = await house.pool.connect();
      try {
        await client.query("BEGIN");
        await client.query("LOCK TABLE task IN ACCESS EXCLUSIVE MODE");
        // Longer than anybody waits for a connection of the pool (10 s).
        await lasting(10_000 + random.int(500, 3_000));
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    },
  },
  {
    name: "postgres-disk-full",
    about: "The disk of PostgreSQL is full for a while (needs root)",
    house: { ownPostgres: { disk_mb: DISK_MB } },
    cannotRun: whyNoSmallDisk,
    async run({ house, random, show }) {
      const giveBack = house.postgres!.fillDisk();
      // What is written over is no longer enough then: it must ask for more.
      const { message = "no writing failed" } = await writeMuch(house.pool).catch((error: Error) => error);
      await lasting(random.int(2_000, 4_000));
      show(`${message}; PostgreSQL ${(await giveBack()) ? "ended" : "went on"}`);
      await house.pool.query("DROP TABLE IF EXISTS filler");
    },
  },
];
