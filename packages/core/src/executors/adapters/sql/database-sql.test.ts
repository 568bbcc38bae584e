import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptContext, type ContractSubject, describeExecutorContract } from "../../contract.ts";
import { asWritten, type Json } from "../../port.ts";
import { createExecutorsService } from "../../service.ts";
import { createSqlExecutor } from "./database-sql.ts";
import { createShop, planContext, type Shop, sql } from "./sql-fixture.ts";

const UP = `-- a note for each order; 'quoted;' /* and; */
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX orders_note ON orders (note);
UPDATE orders SET note = 'big; "really"' WHERE amount > 1;
INSERT INTO orders (item, amount) VALUES ('shelf', 4);
CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL CHECK (body <> ''));
DO $$ BEGIN INSERT INTO notes (body) VALUES ('first;'); END $$;`;
const DOWN = `DROP TABLE notes;
DELETE FROM orders WHERE item = 'shelf';
ALTER TABLE orders DROP COLUMN note;
SELECT setval('orders_id_seq', 3);`;

async function subject(fence: boolean): Promise<ContractSubject> {
  const shop = await createShop();
  const bad = (over: Record<string, unknown>, field: string) => ({
    parameters: { connection: "main", statements: "SELECT 1", ...over },
    field: `config.parameters.${field}`,
  });
  return {
    executor: createSqlExecutor({ connections: { main: { url: shop.url, fence } } }),
    config: sql(UP, DOWN),
    noisy: sql(
      "DO $$ BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE 'line % %', i, repeat('x', 100); END LOOP; END $$",
    ),
    bad: [
      bad({ connection: "other" }, "connection"),
      bad({ connection: "__proto__" }, "connection"),
      bad({ connection: 1 }, "connection"),
      bad({ statements: "" }, "statements"),
      bad({ statements: "-- nothing" }, "statements"),
      bad({ statements: "SELEC 1" }, "statements"),
      bad({ statements: "SELECT 1; COMMIT" }, "statements"),
      bad({ statements: "x".repeat(128 * 1024 + 1) }, "statements"),
      bad({ down: "DROP INDEX CONCURRENTLY i" }, "down"),
      { parameters: { connection: "main" }, field: "config.parameters.statements" },
    ],
    world: shop.world,
    changedKeys: (before, after) => {
      const [a, b] = [before, after] as Record<string, Json>[];
      const differing = [...new Set([...Object.keys(a!), ...Object.keys(b!)])].filter(
        (name) => JSON.stringify(a![name]) !== JSON.stringify(b![name]),
      );
      // A block changes the database; tables are named beside it, and with them the sequences that count for them.
      const tables = differing.filter((name) => name !== "sequences");
      return ["database:default/main", ...tables.map((name) => `database:default/main/${name}`)];
    },
    disturb: async () => {
      await shop.owner.query("ALTER TABLE orders ADD COLUMN colour text");
    },
    close: shop.close,
  };
}

describeExecutorContract("database.sql", () => subject(false));
describeExecutorContract("database.sql with a fence", () => subject(true));

describe("database.sql", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await createShop();
  });
  afterEach(() => shop.close());
  const executor = (url = shop.url) => createSqlExecutor({ connections: { main: { url, fence: true } } });

  it("shows rows of each statement and the schema's diff", async () => {
    const preview = await executor().plan(sql(UP, DOWN), planContext());
    expect(preview).toMatchObject({ valid: true, errors: [], warnings: [] });
    const rows = preview.changes.flatMap(({ action, after }) =>
      after ? [[action, (after as { rows: number }).rows]] : [],
    );
    expect(rows).toEqual([
      ["alter", null],
      ["create", null],
      ["update", 2],
      ["insert", 1],
      ["create", null],
      ["do", null],
    ]);
    const orders = preview.changes.find(({ resource, diff }) => diff && resource.id === "main/orders");
    expect(orders).toMatchObject({ action: "update" });
    expect(orders?.diff).toContain("+column note text\n");
    expect(orders?.diff).toContain("+index CREATE INDEX orders_note ON public.orders USING btree (note)\n");
    const created = preview.changes.find(({ diff }) => diff?.includes("+++ b/table public.notes"));
    expect(created?.diff).toContain("--- /dev/null");
    expect(created?.diff).toContain("+constraint notes_body_check CHECK ((body <> ''::text))");
  });

  it("leaves the database as before where a statement fails half-way, and says which", async () => {
    const before = await shop.world();
    const half = sql(
      "ALTER TABLE orders ADD COLUMN note text;\nUPDATE orders SET note = 'é';\nINSERT INTO orders (item, amount)\n  VALUES ('lamp', 9);",
    );
    const failing = executor().apply(half, attemptContext());
    await expect(failing).rejects.toMatchObject({
      code: "EXECUTION_FAILED",
      message: expect.stringMatching(
        /^Statement 3 \(INSERT INTO orders \(item, amount\) VALUES \('lamp', 9\)\) failed: duplicate key value violates unique constraint "orders_item_key" \(23505\)\. Key \(item\)=\(lamp\) already exists\.$/,
      ),
    });
    // The number that the insert took is gone, as with any rolled back insert.
    const { sequences: _a, ...tables } = await shop.world();
    const { sequences: _b, ...expected } = before;
    expect(tables).toEqual(expected);
    const unknown = sql("SELECT 1;\n\nSELECT é,\n  nothing FROM orders;");
    await expect(executor().plan(unknown, planContext())).rejects.toThrow(
      'Statement 2 (SELECT é, nothing FROM orders) failed: column "é" does not exist (42703, line 3, column 8).',
    );
  });

  it("fails a deferred constraint as a sentence, when planned already", async () => {
    await shop.owner.query(
      "ALTER TABLE orders ADD parent bigint REFERENCES orders DEFERRABLE INITIALLY DEFERRED",
    );
    await expect(executor().plan(sql("UPDATE orders SET parent = 99"), planContext())).rejects.toThrow(
      /^What was deferred to the end failed: insert or update on table "orders" violates foreign key/,
    );
  });

  it("says what a down script does not bring back, and where it fails", async () => {
    const left = await executor().plan(
      sql("CREATE TABLE a (); CREATE TABLE b ()", "DROP TABLE a"),
      planContext(),
    );
    expect(left.warnings).toEqual([
      "The down script does not bring back what was: table public.b would differ",
    ]);
    const failing = await executor().plan(sql("CREATE TABLE a ()", "DROP TABLE c"), planContext());
    expect(failing.warnings[0]).toMatch(
      /^The down script fails after these statements: Statement 1 \(DROP TABLE c\)/,
    );
  });

  it("does not commit what touches other rows than it did when planned, and tells who looks again", async () => {
    const config = sql("UPDATE orders SET amount = amount + 1 WHERE amount > 1");
    const stash = await executor().stash(config, attemptContext());
    await shop.owner.query("INSERT INTO orders (item, amount) VALUES ('bed', 8)");
    const before = await shop.world();
    await expect(executor().apply(config, attemptContext({ stash }))).rejects.toThrow(
      "Statement 1 (UPDATE orders SET amount = amount + 1 WHERE amount > 1) touches 3 rows now, not 2 as when it was planned; nothing was changed.",
    );
    expect(await executor().inspect(stash, config, attemptContext())).toBe("foreign");
    expect(await shop.world()).toEqual(before);
  });

  it("commits what touches about as many rows as it did when planned, as far as the task allows", async () => {
    await shop.owner.query(
      "INSERT INTO orders (item, amount) SELECT 'item ' || n, 5 FROM generate_series(1, 98) n",
    );
    const raise = "UPDATE orders SET amount = amount + 1 WHERE amount > 1";
    const [about, exactly] = [sql(raise), sql(raise, undefined, {})];
    exactly.parameters.rows_may_differ_percent = 0;
    const preview = await executor().plan(about, planContext());
    expect(preview.changes).toMatchObject([{ after: { rows: 100 }, may_differ: { "after.rows": 10 } }]);
    const stash = await executor().stash(about, attemptContext());
    const strict = await executor().stash(exactly, attemptContext({ idempotency_key: "exactly:1" }));
    await shop.owner.query("INSERT INTO orders (item, amount) VALUES ('bed', 8)");
    expect(await executor().inspect(stash, about, attemptContext())).toBe("untouched");
    await expect(
      executor().apply(exactly, attemptContext({ stash: strict, idempotency_key: "exactly:1" })),
    ).rejects.toThrow("touches 101 rows now, not 100");
    expect((await executor().apply(about, attemptContext({ stash }))).output).toContain("101 rows");
  });

  describe("is never applied without what it is compared with", () => {
    const failing = (code: string) =>
      sql(`UPDATE orders SET amount = 9; DO $$ BEGIN RAISE 'busy' USING ERRCODE = '${code}'; END $$`);

    it.each(["55P03", "57014", "40P01"])(
      "a rehearsal that failed for the moment (%s) is none",
      async (code) => {
        await expect(executor().stash(failing(code), attemptContext())).rejects.toMatchObject({
          details: { code },
        });
      },
    );

    it("a statement that fails by itself leaves nothing to compare with, and is not applied either", async () => {
      const stash = await executor().stash(failing("22012"), attemptContext());
      expect(stash).toMatchObject({ expected: null });
      await expect(executor().apply(failing("22012"), attemptContext({ stash }))).rejects.toThrow("busy");
    });

    it("nor is what could not be rehearsed and can be now", async () => {
      const config = sql("UPDATE orders SET amount = 9");
      const stash = { ...((await executor().stash(config, attemptContext())) as object), expected: null };
      const before = await shop.world();
      for (const doing of [
        () => executor().plan(config, planContext({ stash })),
        () => executor().apply(config, attemptContext({ stash })),
      ])
        await expect(doing()).rejects.toMatchObject({
          message: expect.stringContaining("could not be rehearsed"),
          retryable: true,
        });
      expect(await shop.world()).toEqual(before);
    });

    it("a lock that is held while another attempt looks is not somebody else's change", async () => {
      const config = sql("UPDATE orders SET amount = 9");
      const stash = await executor().stash(config, attemptContext());
      await shop.owner.query("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
      await expect(executor().inspect(stash, config, attemptContext())).rejects.toMatchObject({
        retryable: true,
      });
      await shop.owner.query("ROLLBACK");
    });
  });

  it("forgets its old records in the database itself, but for those that are still needed", async () => {
    const at = (key: string) => attemptContext({ idempotency_key: key });
    for (const key of ["over:1", "kept:1", "young:1"])
      await executor().apply(sql(`INSERT INTO audit (said) VALUES ('${key}')`), at(key));
    await shop.owner.query(
      "UPDATE community_ade.applied SET applied_at = now() - interval '31 days' WHERE idempotency_key <> 'young:1'",
    );
    const troubles: unknown[] = [];
    const old = {
      keep_days: 30,
      stillNeeded: async (ids: readonly string[]) => new Set(ids.filter((id) => id === "kept")),
      onTrouble: (error: unknown) => void troubles.push(error),
    };
    await createSqlExecutor({
      connections: {
        away: { url: "postgresql://nobody@127.0.0.1:1/x", fence: false },
        main: { url: shop.url, fence: true },
      },
    }).forget?.(old);
    const { rows } = await shop.owner.query(
      "SELECT idempotency_key AS key FROM community_ade.applied ORDER BY 1",
    );
    expect(rows.map(({ key }) => key)).toEqual(["kept:1", "young:1"]);
    expect(troubles).toHaveLength(1);
  });

  it("applies once under one key, also when two attempts come at once", async () => {
    const config = sql("INSERT INTO audit (said) VALUES ('once'); SELECT pg_sleep(0.2)");
    const both = await Promise.all([1, 2].map(() => executor().apply(config, attemptContext())));
    expect((await shop.owner.query("SELECT count(*)::int AS n FROM audit")).rows).toEqual([{ n: 1 }]);
    expect(
      both.map(({ output }) => output.includes("An earlier attempt had already committed it")).sort(),
    ).toEqual([false, true]);
  });

  it("refuses an older token than one that was here, and changes nothing", async () => {
    const at = (token: number, key: string) =>
      attemptContext({ idempotency_key: key, fencing_tokens: { "resource:database:default/main": token } });
    await executor().apply(sql("INSERT INTO audit (said) VALUES ('newer')"), at(8, "b:1"));
    await expect(
      executor().apply(sql("INSERT INTO audit (said) VALUES ('older')"), at(7, "a:1")),
    ).rejects.toThrow(
      "Somebody with a newer lock on resource:database:default/main was here since; nothing was changed.",
    );
    expect((await shop.owner.query("SELECT said FROM audit")).rows).toEqual([{ said: "newer" }]);
  });

  it("can't undo without a down script, but what was never applied needs none", async () => {
    const config = sql("CREATE TABLE a ()");
    const stash = await executor().stash(config, attemptContext());
    expect(await executor().rollback(stash, attemptContext())).toEqual({
      output: "Nothing of it is in the database: there is nothing to undo.\n",
    });
    await executor().apply(config, attemptContext({ stash }));
    await expect(executor().rollback(stash, attemptContext())).rejects.toThrow("It has no down script");
  });

  it("warns of a superuser, and of an undeclared table", async () => {
    const service = createExecutorsService({ adapters: [executor(shop.adminUrl)] });
    const { warnings } = await service.plan(sql("INSERT INTO audit (said) VALUES ('x')"), planContext());
    expect(warnings).toEqual([
      "The connection's role is a superuser: nothing limits what these statements could reach",
      "touches database:default/main, which the task does not declare",
      "touches database:default/main/audit, which the task does not declare",
    ]);
  });

  it("says who may not keep records, and what helps", async () => {
    await shop.admin.query(`REVOKE CREATE ON DATABASE ${shop.name} FROM ${shop.role}`);
    await expect(executor().plan(sql("SELECT 1"), planContext())).rejects.toThrow(
      `The role of connection main may not make the schema community_ade, in which it is recorded what was applied. Its owner can: CREATE SCHEMA community_ade AUTHORIZATION "${shop.role}".`,
    );
  });

  it("puts a secret between quotes whatever it holds, and shows it nowhere", async () => {
    const secret = "it's); DROP TABLE orders; --\\";
    const context = attemptContext({ reveal: (text: string) => text.replaceAll("secret://note@2", secret) });
    const config = sql("INSERT INTO audit (said) VALUES ('a secret://note@2 b'), ('plain')");
    const preview = await executor().plan(config, context);
    expect(JSON.stringify(preview)).not.toContain("DROP TABLE");
    await executor().apply(config, context);
    expect((await shop.owner.query("SELECT said FROM audit ORDER BY id")).rows[0]).toEqual({
      said: `a ${secret} b`,
    });
    const failing = sql("SELECT ('secret://note@2')::int");
    const thrown = await executor()
      .apply(failing, attemptContext({ ...context, idempotency_key: "x:1" }))
      .catch(String);
    expect(thrown).toContain("invalid input syntax for type integer");
    expect(thrown).not.toContain("DROP TABLE");
    expect(asWritten("secret://note@2")).toBe("secret://note@2");
  });

  it("sends the value whatever letters its name has", async () => {
    const reveal = (text: string) => text.replaceAll(/secret:\/\/(DB_NOTE@2|Db-Note)/g, "a value");
    const config = sql("INSERT INTO audit (said) VALUES ('secret://DB_NOTE@2'), ('secret://Db-Note.')");
    await executor().apply(config, attemptContext({ reveal }));
    expect((await shop.owner.query("SELECT said FROM audit ORDER BY id")).rows).toEqual([
      { said: "a value" },
      { said: "a value." },
    ]);
  });

  it("never shows the password, nor where the database is", async () => {
    const wrong = shop.url.replace(encodeURIComponent(shop.password), "wr0ng-passw0rd");
    const nowhere = "postgresql://u:wr0ng-passw0rd@127.0.0.1:1/x";
    for (const [url, why] of [
      [wrong, "it refuses the password"],
      [nowhere, "nobody listens there"],
    ] as const) {
      const thrown = await executor(url)
        .plan(sql("SELECT 1"), planContext())
        .catch((error: Error) => error);
      expect(String(thrown)).toContain(`The database of connection main can't be used: ${why}.`);
      expect(String(thrown)).not.toMatch(/wr0ng-passw0rd|127\.0\.0\.1/);
    }
    const thrown = await executor()
      .plan(sql("SELECT current_setting('no.such')"), planContext())
      .catch(String);
    expect(thrown).not.toContain(shop.password);
  });
});
