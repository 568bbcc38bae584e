import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SeededRandom } from "@ade/testkit/seeded-random";
import { migrate } from "../../../prisma/deploy.ts";
import { type Fault, lasting } from "../fault.ts";
import { WORKERS } from "./workers.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../prisma/migrations");
/** Tables that every task writes to, and those that are read with it. */
const TABLES = [
  "task",
  "task_revision",
  "approval",
  "attempt",
  "override",
  "agent",
  "ledger_entry",
  "ledger_chain",
];

/** What a next release may do while this one still runs: it adds, and takes nothing away. Each once in a database. */
function additions(random: SeededRandom, name: string): string {
  const others = TABLES.filter((table) => table !== "task" && random.chance(0.4));
  const column = (table: string) =>
    random.chance(0.5)
      ? `ALTER TABLE "${table}" ADD COLUMN "${name}" TEXT;`
      : `ALTER TABLE "${table}" ADD COLUMN "${name}" TEXT NOT NULL DEFAULT 'new';`;
  return [
    ...["task", ...others].map(column),
    `CREATE INDEX "task_${name}_idx" ON "task"("${name}", "created_at");`,
    `CREATE TABLE "${name}" ("id" UUID PRIMARY KEY, "task_id" UUID NOT NULL REFERENCES "task"("id"));`,
  ].join("\n");
}

function shuffled<T>(random: SeededRandom, list: readonly T[]): T[] {
  return list
    .map((item) => [random.next(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item);
}

export const releaseFaults: Fault[] = [
  {
    name: "rolling-release",
    about:
      "The next release comes: its migration under load, then each process in its turn gives way to another",
    async run({ house, random, complain, show }) {
      const folder = join(house.folder, "migrations");
      if (!existsSync(folder)) cpSync(MIGRATIONS, folder, { recursive: true });
      const name = `next_${random.seed}_${random.int(0, 99_999)}`;
      const own = join(folder, `29990101000000_${name}`);
      mkdirSync(own);
      writeFileSync(join(own, "migration.sql"), additions(random, name));
      const begun = performance.now();
      await migrate(house.settingsOn(house.redis.url).DATABASE_URL!, folder);
      show(`migrated in ${Math.round(performance.now() - begun)} ms`);
      await lasting(random.int(0, 2_000));
      for (const each of shuffled(random, ["api", ...WORKERS] as const)) {
        const ended = await house.residents[each].process.stop();
        if (ended !== 0) complain(`I6: told to end, ${each} ended with ${ended}`);
        await house.restart(each);
      }
    },
  },
];
