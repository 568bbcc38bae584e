import { startFaultProxy } from "@ade/testkit/fault-proxy";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { attemptContext } from "../../contract.ts";
import { createExecutorsService } from "../../service.ts";
import { createSqlExecutor } from "./database-sql.ts";
import { createShop, planContext, type Shop, sql } from "./sql-fixture.ts";

describe("database.sql under attack and faults", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await createShop();
  });
  beforeEach(async () => {
    await shop.owner.query("TRUNCATE audit");
  });
  afterAll(() => shop.close());
  const executor = (url = shop.url) => createSqlExecutor({ connections: { main: { url, fence: true } } });
  const said = async () =>
    (await shop.owner.query<{ said: string }>("SELECT said FROM audit ORDER BY id")).rows.map(
      (row) => row.said,
    );
  let count = 0;
  const context = (over: Parameters<typeof attemptContext>[0] = {}) =>
    attemptContext({ idempotency_key: `attack:${++count}`, ...over });

  it.each([
    ["a COMMIT that a block puts together", "DO $$ BEGIN EXECUTE 'COM' || 'MIT'; END $$"],
    ["a COMMIT in a block", "DO $$ BEGIN COMMIT; END $$"],
    ["a COMMIT in a procedure", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$; CALL p()"],
  ])("does not let %s out of the transaction", async (_what, statements) => {
    const before = await shop.world();
    const config = sql(`INSERT INTO audit (said) VALUES ('leaked'); ${statements}`);
    await expect(executor().plan(config, planContext())).rejects.toMatchObject({ code: "EXECUTION_FAILED" });
    expect(await shop.world()).toEqual(before);
    await expect(executor().apply(config, context())).rejects.toMatchObject({ code: "EXECUTION_FAILED" });
    expect(await said()).toEqual([]);
  });

  it("reads text as the server does, whatever the server is told", async () => {
    await shop.admin.query(`ALTER ROLE ${shop.role} SET standard_conforming_strings = off`);
    // Read with backslashes it would be an end of the literal, and a COMMIT.
    await executor().apply(sql("INSERT INTO audit (said) VALUES ('a\\'), ('; COMMIT; --')"), context());
    expect(await said()).toEqual(["a\\", "; COMMIT; --"]);
    await shop.admin.query(`ALTER ROLE ${shop.role} RESET standard_conforming_strings`);
  });

  it("ends a plan that never ends, on the server too", async () => {
    const service = createExecutorsService({ adapters: [executor()], planDeadlineMs: 700 });
    const endless = sql("INSERT INTO audit (said) VALUES ('x'); SELECT pg_sleep(1000)");
    const preview = await service.plan(endless, planContext());
    expect(preview.errors).toEqual(["The plan took longer than 0.7 s."]);
    const running = () =>
      shop.admin.query(
        "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1000)%' AND pid <> pg_backend_pid()",
      );
    await expect.poll(async () => (await running()).rowCount, { timeout: 10_000 }).toBe(0);
    expect(await said()).toEqual([]);
  });

  it("stops an apply in the middle of a statement, and nothing is left", async () => {
    const controller = new AbortController();
    const applying = executor().apply(
      sql("INSERT INTO audit (said) VALUES ('x'); SELECT pg_sleep(1000)"),
      context({
        signal: controller.signal,
        report: ({ percent }) => percent! > 40 && controller.abort("lost"),
      }),
    );
    await expect(applying).rejects.toBe("lost");
    expect(await said()).toEqual([]);
  });

  it("waits for nobody's lock for long, and says so", async () => {
    await shop.owner.query("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
    const waiting = executor().plan(sql("ALTER TABLE orders ADD COLUMN x int"), planContext());
    await expect(waiting).rejects.toThrow(
      /^(Statement 1 \(.*\)|Reading the schema|Holding the sequences) waited longer than 3 s for a lock that somebody else holds/,
    );
    await shop.owner.query("ROLLBACK");
  });

  it("counts rows without keeping them, and refuses to swallow more than 16 MiB", async () => {
    const many = await executor().plan(
      sql("SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n"),
      planContext(),
    );
    expect(many.changes[0]?.after).toMatchObject({ rows: 20_000 });
    const flood = sql(
      "INSERT INTO audit (said) VALUES ('x'); SELECT repeat('x', 1000000) FROM generate_series(1, 100)",
    );
    await expect(executor().apply(flood, context())).rejects.toThrow("more than 16 MiB of rows");
    expect(await said()).toEqual([]);
  });

  it("shows no control characters and no turned text of what a statement says", async () => {
    const { output } = await executor().apply(
      sql("DO $$ BEGIN RAISE NOTICE 'a%b%c', chr(27) || '[31m', chr(8238); END $$"),
      context(),
    );
    expect(output).toContain("NOTICE: abc\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(output).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  });

  it("gives back the numbers of sequences that a rehearsal takes, and of those that are set", async () => {
    const next = async () =>
      (await shop.owner.query("SELECT last_value, is_called FROM orders_id_seq")).rows[0];
    const before = await next();
    await executor().plan(
      sql("INSERT INTO orders (item, amount) SELECT 'i' || n, 1 FROM generate_series(1, 50) n"),
      planContext(),
    );
    await executor().plan(
      sql("SELECT setval('orders_id_seq', 9000), nextval('public.orders_id_seq')"),
      planContext(),
    );
    const failing = sql("SELECT setval('orders_id_seq', 9000); SELECT 1 / 0");
    await expect(executor().apply(failing, context())).rejects.toThrow("division by zero");
    expect(await next()).toEqual(before);
  });

  it("does not reach its own records by another spelling of their names", async () => {
    const applied = async () =>
      (await shop.admin.query("SELECT idempotency_key FROM community_ade.applied ORDER BY 1")).rows;
    await executor().apply(sql("INSERT INTO audit (said) VALUES ('x')"), context());
    const before = await applied();
    const config = sql('DELETE FROM U&"community\\005fade".applied');
    await expect(executor().apply(config, context())).rejects.toThrow("touches community_ade");
    expect(await applied()).toEqual(before);
  });

  it("judges the table that is changed: no statement moves names to another schema", async () => {
    await shop.owner.query(
      "CREATE SCHEMA IF NOT EXISTS payments; CREATE TABLE IF NOT EXISTS payments.accounts (id int)",
    );
    const config = sql("SET search_path = payments; INSERT INTO accounts VALUES (1)");
    await expect(executor().apply(config, context())).rejects.toThrow("sets search_path");
    expect((await shop.owner.query("SELECT FROM payments.accounts")).rowCount).toBe(0);
  });

  it.each([
    ["a block", "DO $$ BEGIN SET LOCAL search_path = payments; END $$"],
    ["a setting in a block", "DO $$ BEGIN PERFORM set_config('search' || '_path', 'payments', true); END $$"],
    [
      "a function",
      "CREATE FUNCTION moved() RETURNS text LANGUAGE sql AS $$ SELECT set_config('search_path', 'payments', true) $$; SELECT moved()",
    ],
  ])("judges the table that is changed: %s moves no names for what comes after it", async (_what, moving) => {
    await shop.owner.query("CREATE SCHEMA IF NOT EXISTS payments");
    await shop.owner.query("CREATE TABLE IF NOT EXISTS payments.audit (said text)");
    const config = sql(`${moving}; INSERT INTO audit (said) VALUES ('moved')`);
    await expect(executor().plan(config, planContext())).rejects.toThrow(/^Statement \d .* sets search_path/);
    await expect(executor().apply(config, context())).rejects.toThrow("sets search_path");
    expect((await shop.owner.query("SELECT FROM payments.audit")).rowCount).toBe(0);
    await shop.owner.query("DROP TABLE payments.audit");
  });

  it("lets a block have a path of its own that ends with it", async () => {
    const block = `DO $$ BEGIN PERFORM set_config('search_path', 'pg_temp', true); PERFORM set_config('search_path', 'public', true); END $$`;
    for (const path of ["SET search_path = ''", "SET LOCAL search_path TO public, pg_catalog"]) {
      const { changes } = await executor().plan(sql(`${path}; ${block}; SELECT 1`), planContext());
      expect(changes).toHaveLength(3);
    }
  });

  it.each([
    ["a view", "CREATE VIEW seen AS SELECT * FROM ledgers.entries; INSERT INTO seen VALUES (1)"],
    [
      "a temporary view",
      "CREATE TEMP VIEW audit AS SELECT * FROM ledgers.entries; INSERT INTO audit VALUES (1)",
    ],
    ["a function", "DO $$ BEGIN EXECUTE 'TRUNC' || 'ATE ledgers.entries'; END $$"],
    [
      "a trigger",
      `CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO ledgers.entries VALUES (1); RETURN NEW; END $$;
       CREATE TRIGGER noting AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION noted(); INSERT INTO audit (said) VALUES ('x')`,
    ],
    ["a cascading key", "DELETE FROM parents"],
  ])("says which tables are reached that no statement names: by %s", async (_what, text) => {
    await shop.owner.query("CREATE SCHEMA ledgers; CREATE TABLE parents (id int PRIMARY KEY)");
    await shop.owner.query(
      "CREATE TABLE ledgers.entries (id int REFERENCES parents ON DELETE CASCADE); INSERT INTO parents VALUES (1)",
    );
    try {
      const { warnings } = await executor().plan(sql(text), planContext());
      expect(warnings).toContain(
        "Also changes or holds ledgers.entries, which no statement names: policies for it were not asked",
      );
    } finally {
      await shop.owner.query("DROP SCHEMA ledgers CASCADE; DROP TABLE parents");
    }
  });

  it("does not call unnamed what a statement names: a renamed table, a partition, what a key refers to", async () => {
    await shop.owner.query("CREATE TABLE days (day int) PARTITION BY RANGE (day)");
    await shop.owner.query("CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (10)");
    const named = [
      "INSERT INTO days VALUES (1)",
      "ALTER TABLE audit RENAME TO heard",
      "CREATE TABLE lines (order_id bigint REFERENCES orders (id))",
    ];
    const { warnings } = await executor().plan(sql(named.join("; ")), planContext());
    expect(warnings.filter((each) => each.startsWith("Also"))).toEqual([]);
    await shop.owner.query("DROP TABLE days");
  });

  it("reads definitions from the catalogue, not from a table that is called like it", async () => {
    await shop.owner.query("CREATE TABLE hidden (id int)");
    const copies = [
      "CREATE TEMP TABLE pg_class AS SELECT * FROM pg_catalog.pg_class",
      "CREATE TEMP TABLE pg_attribute AS SELECT attrelid, attname, attnum, atttypid, atttypmod, attcollation, attnotnull, attidentity, attgenerated, attisdropped FROM pg_catalog.pg_attribute",
    ];
    const dropping = "DO $$ BEGIN EXECUTE 'DROP' || ' TABLE hidden'; END $$";
    const { changes } = await executor().plan(sql([...copies, dropping].join("; ")), planContext());
    expect(changes.find(({ action }) => action === "delete")?.resource.id).toBe("main/hidden");
    await shop.owner.query("DROP TABLE hidden");
  });

  it("judges the table that is changed: a role's own path, or a schema of its name, is not asked", async () => {
    const { role } = shop;
    const made = (schema: string) =>
      `CREATE SCHEMA IF NOT EXISTS ${schema}; CREATE TABLE IF NOT EXISTS ${schema}.audit (said text)`;
    await shop.owner.query(`${made("payments")}; ${made(role)}`);
    await shop.admin.query(`ALTER ROLE ${role} SET search_path = payments, "$user", public`);
    try {
      const config = sql(
        "INSERT INTO audit (said) VALUES ('public')",
        "DELETE FROM audit WHERE said = 'public'",
      );
      const said = async (schema: string) =>
        (await shop.admin.query(`SELECT FROM ${schema}.audit WHERE said = 'public'`)).rowCount;
      const counts = async () => [await said("public"), await said("payments"), await said(role)];
      const key = { idempotency_key: "attack:path" };
      const stash = await executor().stash(config, context(key));
      await executor().apply(config, context({ ...key, stash }));
      expect(await counts()).toEqual([1, 0, 0]);
      await executor().rollback(stash, context(key));
      expect(await counts()).toEqual([0, 0, 0]);
    } finally {
      await shop.admin.query(`ALTER ROLE ${role} RESET search_path`);
      await shop.owner.query(`DROP SCHEMA ${role} CASCADE; DROP TABLE payments.audit`);
    }
  });

  it("works beside a role that somebody takes on, and after a search path is changed", async () => {
    await shop.admin.query(`GRANT pg_monitor TO ${shop.role}`);
    const { output } = await executor().apply(
      sql("SET search_path = pg_catalog; INSERT INTO public.audit (said) VALUES ('x'); SET ROLE pg_monitor"),
      context(),
    );
    expect(output).toContain("Committed to main.");
  });

  it.each([
    ["done", "loseAnswers", ["once"]],
    ["not done", "cut", []],
  ] as const)("asks the database where COMMIT's answer is lost: %s", async (_what, fault, expected) => {
    const proxy = await startFaultProxy({ target: shop.url });
    try {
      const config = sql("INSERT INTO audit (said) VALUES ('once')");
      const ctx = context({
        output: (chunk) => {
          // The statement ran; what the client sends next are our last questions and COMMIT.
          if (chunk.includes("INSERT") && fault === "cut") proxy.cut();
        },
      });
      if (fault === "loseAnswers") proxy.loseAnswers({ matching: "COMMIT" });
      const stash = await executor(proxy.url).stash(config, ctx);
      const applying = executor(proxy.url).apply(config, { ...ctx, stash });
      if (fault === "loseAnswers") {
        expect((await applying).output).toContain("Committed to main.");
        expect(proxy.counts.answers_lost).toBe(1);
      } else await expect(applying).rejects.toMatchObject({ code: "EXECUTION_FAILED", retryable: true });
      expect(await said()).toEqual(expected);
      expect(await executor().inspect(stash, config, ctx)).toBe(expected.length > 0 ? "done" : "untouched");
    } finally {
      await proxy.close();
    }
  });
});
