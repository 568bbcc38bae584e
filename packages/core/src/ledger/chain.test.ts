import { makeCore, type TestCore } from "@ade/testkit/make-core";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemActor } from "../kernel/actor.ts";

let core: TestCore;
/** The owner of the database, who can do what the product's role can't. */
let owner: pg.Client;

beforeAll(async () => {
  core = await makeCore();
  owner = new pg.Client({ connectionString: core.databaseUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await core.dispose();
});

beforeEach(async () => {
  const actor = { ...systemActor("test"), where: { service: "test", ip: "192.0.2.7", user_agent: "Test" } };
  for (let count = 0; count < 5; count += 1) {
    await core.ledger.record(actor, [
      { action: "thing.done", entity_type: "thing", entity_id: String(count) },
    ]);
  }
  await core.ledger.settle();
});

/** Does harm, looks what verify says, and undoes the harm: each kind is tried on a chain that is whole otherwise. */
async function faultAfter(harm: string, repair: string): Promise<string | undefined> {
  await owner.query(harm);
  try {
    return (await core.ledger.verify()).fault?.kind;
  } finally {
    await owner.query(repair);
  }
}
const nth = (n: number) => `(SELECT entry_id FROM ledger_chain ORDER BY seq OFFSET ${n} LIMIT 1)`;

test("a chain that nobody touched is whole", async () => {
  expect(await core.ledger.verify()).toMatchObject({ ok: true, unsealed: 0, fault: null });
});

test("a changed entry is found", async () => {
  const fault = await faultAfter(
    `UPDATE ledger_entry SET entity_id = 'other' WHERE id = ${nth(2)}`,
    `UPDATE ledger_entry SET entity_id = '2' WHERE id = ${nth(2)}`,
  );
  expect(fault).toBe("ENTRY_CHANGED");
});

test("a change of a microsecond is found", async () => {
  const fault = await faultAfter(
    `UPDATE ledger_entry SET at = at + interval '1 microsecond' WHERE id = ${nth(3)}`,
    `UPDATE ledger_entry SET at = at - interval '1 microsecond' WHERE id = ${nth(3)}`,
  );
  expect(fault).toBe("ENTRY_CHANGED");
});

test("a dropped entry is found, and a dropped link", async () => {
  await owner.query(`CREATE TEMP TABLE kept AS SELECT * FROM ledger_entry WHERE id = ${nth(1)}`);
  const entry = await faultAfter(
    `DELETE FROM ledger_entry WHERE id = ${nth(1)}`,
    "INSERT INTO ledger_entry SELECT * FROM kept; DROP TABLE kept",
  );
  expect(entry).toBe("ENTRY_MISSING");
  await owner.query("CREATE TEMP TABLE kept AS SELECT * FROM ledger_chain WHERE seq = 2");
  const link = await faultAfter(
    "DELETE FROM ledger_chain WHERE seq = 2",
    "INSERT INTO ledger_chain SELECT * FROM kept; DROP TABLE kept",
  );
  expect(link).toBe("SEQUENCE_GAP");
});

test("two swapped entries are found", async () => {
  const swap = `WITH two AS (SELECT array_agg(entry_id ORDER BY seq) AS ids FROM ledger_chain WHERE seq IN (2, 3)),
    away AS (UPDATE ledger_entry e SET entity_id = other.entity_id FROM two, ledger_entry other
      WHERE e.id = ANY(two.ids) AND other.id = ANY(two.ids) AND other.id <> e.id) SELECT 1`;
  expect(await faultAfter(swap, swap)).toBe("ENTRY_CHANGED");
});

test("a changed address is found, an erased one is not a fault", async () => {
  const fault = await faultAfter(
    `UPDATE ledger_personal SET ip = '203.0.113.9' WHERE entry_id = ${nth(0)}`,
    `UPDATE ledger_personal SET ip = '192.0.2.7' WHERE entry_id = ${nth(0)}`,
  );
  expect(fault).toBe("PERSONAL_CHANGED");
  await owner.query(`DELETE FROM ledger_personal WHERE entry_id = ${nth(0)}`);
  expect((await core.ledger.verify()).ok).toBe(true);
});

test("an entry put in by hand is found", async () => {
  const fault = await faultAfter(
    `INSERT INTO ledger_entry (id, action, entity_type, entity_id, actor_kind, actor_id, actor_name, via, service)
      VALUES (gen_random_uuid(), 'thing.forged', 'thing', 'x', 'user', 'x', 'x', 'x', 'x')`,
    "DELETE FROM ledger_entry WHERE action = 'thing.forged'",
  );
  expect(fault).toBe("ENTRY_UNCHAINED");
});

test("a tail that was cut off is found by the anchor outside the database", async () => {
  await core.ledger.anchor();
  await owner.query(`CREATE TEMP TABLE tail AS SELECT * FROM ledger_chain WHERE seq > (SELECT max(seq) - 2 FROM ledger_chain);
    CREATE TEMP TABLE tail_entries AS SELECT * FROM ledger_entry WHERE id IN (SELECT entry_id FROM tail)`);
  const fault = await faultAfter(
    `DELETE FROM ledger_chain WHERE seq IN (SELECT seq FROM tail);
      DELETE FROM ledger_entry WHERE id IN (SELECT id FROM tail_entries)`,
    "INSERT INTO ledger_entry SELECT * FROM tail_entries; INSERT INTO ledger_chain SELECT * FROM tail",
  );
  expect(fault).toBe("TAIL_CUT_OFF");
  expect((await core.ledger.verify()).ok).toBe(true);
});

test.each([
  "UPDATE ledger_entry SET reason = 'x'",
  "DELETE FROM ledger_entry",
  "DELETE FROM ledger_chain",
  "TRUNCATE ledger_entry",
])("the product's own role may not: %s", async (statement) => {
  await expect(core.connections.pool.query(statement)).rejects.toThrow(/permission denied/);
});

test("what is written by many at once is one chain without a gap", async () => {
  const actor = systemActor("test");
  const facts = Array.from({ length: 40 }, (_, index) => ({
    action: "thing.done",
    entity_type: "thing",
    entity_id: `many-${index}`,
  }));
  await Promise.all(facts.map((fact) => core.ledger.record(actor, [fact])));
  await core.ledger.settle();
  const { rows } = await owner.query(
    "SELECT count(*)::int AS n FROM ledger_entry e JOIN ledger_chain c ON c.entry_id = e.id WHERE entity_id LIKE 'many-%'",
  );
  expect(rows[0].n).toBe(40);
  expect((await core.ledger.verify()).ok).toBe(true);
});
