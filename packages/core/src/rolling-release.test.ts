import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentInput } from "./agents/schema.ts";

let core: TestCore;
let who: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  who = await core.people();
});
afterAll(() => core.dispose());

const TABLES =
  "SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')";

/** What a later release may do to tables while processes of this one work on them: to add, never to take away. */
async function migrate(): Promise<void> {
  const owner = new pg.Client({ connectionString: core.databaseUrl });
  await owner.connect();
  const { rows } = await owner.query<{ name: string }>(TABLES);
  // One at a time: whoever locks many tables at once and those who work on them would wait for each other.
  for (const { name } of rows)
    await owner.query(`ALTER TABLE ${name} ADD COLUMN next_release text NOT NULL DEFAULT 'new'`);
  await owner.end();
}

/** Of every page and every step some; each process keeps its statements prepared on the tables as it found them. */
async function aDay(at: number): Promise<void> {
  const { author, reviewer, admin } = who;
  const { id } = await core.approved(author, reviewer, core.fileTask(`day-${at}.txt`, "done\n"));
  const done = await core.taskIn(id, "COMPLETED");
  expect(done.execution).toMatchObject({ result: "success" });
  const agent = await core.agents.create(
    admin,
    agentInput.parse({ name: `day-${at}`, connection: { kind: "mcp" } }),
  );
  await core.agents.grants.list(admin, agent.agent.id);
  const page = { page: 1, limit: 20 } as const;
  const sorted = { ...page, sort_by: "created_at", sort_order: "desc" } as const;
  await core.tasks.list(author, sorted);
  await core.approvals.list(reviewer, page);
  await core.ledger.list(author, { limit: 20, sort_order: "desc" });
  await core.views.task(reviewer, id);
}

test("processes of this release work on while the next one's columns are added beneath them", async () => {
  const days = (from: number) => Promise.all([0, 1, 2, 3].map((at) => aDay(from + at)));
  await days(0);
  await migrate();
  await days(10);
  await days(20);
  await core.ledger.settle();
  expect(await core.ledger.verify()).toMatchObject({ ok: true, fault: null });
}, 60_000);
