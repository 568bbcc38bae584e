import { describe, expect, it, test } from "vitest";
import { parseSqlConnections } from "./sql-connections.ts";
import { statementRef, touchedBy } from "./sql-parameters.ts";
import { refusalOf } from "./sql-refusals.ts";
import { readScript, SqlUnreadable } from "./sql-script.ts";
import { sequencesOf, tablesOf } from "./sql-tree.ts";

const refusalsOf = (script: string) => readScript(script).map(refusalOf).filter(Boolean);

describe("statements", () => {
  it("are split as PostgreSQL reads them: quotes, dollar quotes, comments, bodies", () => {
    const script = `-- é; first
      SELECT 'a;''b', E'c\\';d', "e;f", U&'g;h' /* i; /* nested; */ */ ;;
      DO $do$ BEGIN PERFORM $$x;y$$; END $do$;
      CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
      SELECT 1 -- no semicolon`;
    expect(readScript(script).map(({ number, title }) => [number, title])).toEqual([
      [1, `SELECT 'a;''b', E'c\\';d', "e;f", U&'g;h'`],
      [2, "DO $do$ BEGIN PERFORM $$x;y$$; END $do$"],
      [3, "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELEC…"],
      [4, "SELECT 1"],
    ]);
    for (const { text, start } of readScript(script)) expect(script.slice(start).startsWith(text)).toBe(true);
  });

  it.each([
    ["", "holds no statement"],
    [" ; -- x", "holds no statement"],
    [
      "SELECT 1;\nSELEC é",
      'is not SQL that PostgreSQL understands: syntax error at or near "SELEC" at line 2, column 1',
    ],
    ["SELECT 'é' FROM 'x", "unterminated quoted string"],
    ["SELECT $a$", "unterminated dollar-quoted string"],
    [`SELECT ${"(".repeat(60_000)}1`, "nests too deeply to be read"],
    [`SELECT 1${"+1".repeat(30_000)}`, "nests too deeply to be read"],
    [`SELECT ${"NOT ".repeat(30_000)} true`, "nests too deeply to be read"],
    ["SELECT 1;".repeat(501), "holds more than 500 statements"],
    ["x".repeat(128 * 1024 + 1), "is longer than 128 KiB"],
  ])("that can't be read are said to be so: %.30s", (script, sentence) => {
    expect(() => readScript(script)).toThrow(SqlUnreadable);
    expect(() => readScript(script)).toThrow(sentence);
    // The parser goes on reading others.
    expect(readScript("SELECT 1")).toHaveLength(1);
  });

  it("that are long and flat are read", () => {
    const rows = Array.from({ length: 4_000 }, (_, n) => `(${n}, -1, now()::date)`).join(", ");
    expect(tablesOf(readScript(`INSERT INTO a.b VALUES ${rows}`)[0]!)).toEqual([
      { schema: "a", name: "b", isRemoved: false },
    ]);
  });
});

describe("what can be neither rehearsed nor undone is refused, as", () => {
  test.each([
    ["BEGIN", "would end or divide the transaction"],
    ["/* x */ CoMmIt", "would end or divide the transaction"],
    ["ROLLBACK", "would end or divide the transaction"],
    ["ABORT", "would end or divide the transaction"],
    ["END", "would end or divide the transaction"],
    ["SAVEPOINT a", "would end or divide the transaction"],
    ["PREPARE TRANSACTION 'x'", "would end or divide the transaction"],
    ["COPY t FROM PROGRAM 'id'", "reaches outside the database"],
    ["COPY t TO '/tmp/x'", "reaches outside the database"],
    ["COPY t FROM STDIN", "reaches outside the database"],
    ["CREATE INDEX CONCURRENTLY i ON t (a)", "can't run inside a transaction"],
    ["DROP INDEX CONCURRENTLY i", "can't run inside a transaction"],
    ["REINDEX TABLE CONCURRENTLY t", "can't run inside a transaction"],
    ["REINDEX (VERBOSE, CONCURRENTLY) INDEX i", "can't run inside a transaction"],
    ["ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "can't run inside a transaction"],
    ["VACUUM FULL t", "can't run inside a transaction"],
    ["CLUSTER", "can't run inside a transaction"],
    ["CREATE DATABASE x", "can't run inside a transaction"],
    ["DROP DATABASE x", "can't run inside a transaction"],
    ["ALTER SYSTEM SET a = 1", "can't run inside a transaction"],
    ["CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "reaches outside"],
    ["LOAD 'x'", "reaches outside"],
    ["CHECKPOINT", "takes effect at once"],
    ["SELECT dblink_exec('x', 'DROP TABLE t')", "calls dblink_exec, which reaches outside"],
    ["SELECT public.\"dblink\"('x')", "calls dblink, which reaches outside"],
    ["SELECT pg_catalog.PG_READ_FILE('/etc/passwd')", "calls pg_read_file"],
    ["UPDATE t SET a = lo_import('/etc/passwd')", "calls lo_import"],
    ["SELECT 1 WHERE pg_terminate_backend(1)", "takes effect at once"],
    ["SELECT pg_create_physical_replication_slot('x')", "takes effect at once"],
    ["SELECT pg_advisory_lock(1)", "take pg_advisory_xact_lock"],
    ["DO $$ BEGIN EXECUTE 'COPY t FROM PROGRAM ''id'''; END $$", "holds a COPY"],
    ["DO $$ BEGIN PERFORM dblink_connect('x'); END $$", "calls dblink_connect"],
    ["DO LANGUAGE plpython3u $$ import os $$", "is a block in plpython3u"],
    [
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_reload_conf(); END $$",
      "calls pg_reload_conf",
    ],
    ["SET statement_timeout = 0", "sets statement_timeout"],
    ["SET LOCAL lock_timeout = '1h'", "sets lock_timeout"],
    ["SELECT set_config('Statement_Timeout', '0', true)", "changes a setting of the session"],
    ["SET standard_conforming_strings = off", "sets standard_conforming_strings"],
    ["RESET ALL", "resets the limits"],
    ["DISCARD ALL", "would throw away the session"],
    ["DELETE FROM community_ade.applied", "touches community_ade"],
    ['DELETE FROM U&"community\\005fade".applied', "touches community_ade"],
    ["SELECT 'U&', U&'community!005fade.applied' UESCAPE '!'", "touches community_ade"],
    ["SELECT E'community\\x5fade.fence'::regclass", "touches community_ade"],
    ['DO $$ BEGIN DELETE FROM U&"community\\005fade".applied; END $$', "touches community_ade"],
    ['DO $$ BEGIN PERFORM U&"dblink\\+00005fexec"(1); END $$', "calls dblink_exec"],
    ["SELECT query_to_xml('DELETE FROM t RETURNING 1', true, true, '')", "runs SQL that stands in a text"],
    ["SELECT * FROM ts_stat('DELETE FROM t RETURNING x')", "runs SQL that stands in a text"],
    ["SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM x')", "runs SQL that stands in a text"],
    ["SELECT * FROM crosstab('SELECT 1')", "runs SQL that stands in a text"],
    ["SET search_path = payments", "sets search_path"],
    ["SET LOCAL search_path TO public, payments", "sets search_path"],
    ["SELECT set_config('Search_Path', 'payments', true)", "sets search_path"],
    ["SELECT pg_catalog.set_config('search' || '_path', 'payments', true)", "does not write out"],
    ["UPDATE pg_settings SET setting = 'payments' WHERE name = 'search_path'", "by a table"],
    ["SET search_path TO DEFAULT", "sets search_path"],
    ["RESET search_path", "sets search_path"],
    ['SELECT 1 AS "secret://a"', "names a secret elsewhere"],
    ["SELECT $$secret://a$$", "names a secret elsewhere"],
    ["SELECT E'secret://a'", "names a secret elsewhere"],
  ])("%s", (statement, why) => {
    const [refusal] = refusalsOf(`SELECT 1; ${statement}`);
    expect(refusal).toContain(why);
  });

  test.each([
    "CREATE TABLE a (id serial PRIMARY KEY)",
    "SELECT 'COMMIT; COPY x FROM PROGRAM y', 'secret://a@2'",
    "INSERT INTO t VALUES ('dblink_exec')",
    "DO $$ BEGIN NULL; END $$",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
    "SET search_path = public, pg_catalog",
    "ALTER ROLE shop SET search_path = payments",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = payments AS 'SELECT 1'",
    "SELECT ts_rewrite('a'::tsquery, 'b'::tsquery, 'c'::tsquery)",
    "-- community_ade\nSELECT 1",
    "SET LOCAL ROLE x",
    "ANALYZE t",
    "CLUSTER t USING i",
    "SELECT pg_advisory_xact_lock(1), setval('s', 3)",
  ])("but not %s", (statement) => {
    expect(refusalsOf(statement)).toEqual([]);
  });
});

test("the tables and sequences that statements name are told", () => {
  const tables = (script: string) =>
    readScript(script)
      .flatMap(tablesOf)
      .map(({ schema, name, isRemoved }) => `${schema ?? ""}.${name}${isRemoved ? " removed" : ""}`);
  expect(
    tables(`WITH x AS (DELETE FROM s.a RETURNING *) INSERT INTO b SELECT * FROM x;
      TRUNCATE c, d; DROP TABLE s.e, f CASCADE; ALTER TABLE g ADD h int; CREATE TABLE i AS SELECT 1;
      CREATE TEMP TABLE t (); ALTER INDEX j RENAME TO k; DROP INDEX l; SELECT 1 INTO m;
      CREATE UNIQUE INDEX ON n (o); MERGE INTO p USING q ON true WHEN MATCHED THEN DELETE; GRANT SELECT ON r TO x`),
  ).toEqual([
    ...[
      ".b",
      "s.a removed",
      ".c removed",
      ".d removed",
      "s.e removed",
      ".f removed",
      ".g",
      ".i",
      ".m",
      ".n",
      ".p",
      ".r",
    ],
  ]);
  expect(
    tables(`DROP TRIGGER a ON s.b; DROP POLICY c ON d; DROP RULE e ON f; COMMENT ON COLUMN s.g.h IS 'x';
      COMMENT ON TABLE i IS 'x'; CREATE TABLE j PARTITION OF k DEFAULT; ALTER TABLE l ATTACH PARTITION m DEFAULT;
      CREATE SCHEMA n CREATE TABLE o (); CLUSTER p USING q; DROP INDEX r`),
  ).toEqual(["s.b", ".d", ".f", "s.g", ".i", ".j", ".k", ".l", ".m", "n.o", ".p"]);
  expect(
    readScript("SELECT setval('a.s', 1), nextval('t'::regclass), nextval(x)").flatMap(sequencesOf),
  ).toEqual([
    { name: "a.s", isSet: true },
    { name: "t", isSet: false },
  ]);
});

describe("what a task touches", () => {
  const touched = (statements: string, down?: string) =>
    touchedBy({ connection: "main", statements, ...(down === undefined ? {} : { down }) }).map(
      ({ id, actions }) => `${id} ${actions.join("+")}`,
    );

  it.each([
    "DROP SCHEMA payments CASCADE",
    "DROP SCHEMA IF EXISTS payments",
    "DROP OWNED BY app",
    "DROP TYPE money_amount CASCADE",
    "DROP EXTENSION hstore CASCADE",
  ])("is the whole database, to delete: %s", (statement) => {
    expect(touched(statement)).toEqual(["main write+delete"]);
    expect(statementRef("main", readScript(statement)[0]!)).toMatchObject({
      id: "main",
      actions: ["delete"],
    });
  });

  it.each([
    "GRANT SELECT ON ALL TABLES IN SCHEMA payments TO app",
    "DROP INDEX payments_index",
    "DROP FUNCTION f()",
  ])("is the whole database, to write, where a statement names no table: %s", (statement) => {
    expect(touched(statement)).toEqual(["main write"]);
  });

  it("is what goes with an emptied table as well", () => {
    expect(touched("TRUNCATE orders CASCADE")).toEqual(["main write+delete", "main/orders delete"]);
  });

  it("is what the down script names, which is run without asking again", () => {
    expect(touched("UPDATE orders SET a = 1", "DROP TABLE payments.accounts")).toEqual([
      "main write",
      "main/orders write",
      "main/payments.accounts delete",
    ]);
    expect(touched("SELECT 1", "DROP SCHEMA payments CASCADE")).toEqual(["main write+delete"]);
  });

  it("but nothing is deleted where the down script drops what the statements made", () => {
    expect(
      touched(
        "CREATE TABLE a (); CREATE SCHEMA s CREATE TABLE b ()",
        "DROP TABLE public.a; DROP SCHEMA s CASCADE",
      ),
    ).toEqual(["main write", "main/a write", "main/s.b write"]);
    expect(touched("CREATE TABLE IF NOT EXISTS a ()", "DROP TABLE a")).toEqual([
      "main write",
      "main/a write+delete",
    ]);
  });

  it("still says that it deletes where its tables are too many to be named", () => {
    const drops = Array.from({ length: 21 }, (_, n) => `DROP TABLE t${n}`).join(";");
    expect(touched(drops)).toEqual(["main write+delete"]);
  });
});

describe("ADE_SQL_CONNECTIONS", () => {
  it("gives connections by name", () => {
    const text =
      '{"main": {"url": "postgresql://u:p@db:5433/shop", "fence": true}, "old": {"url": "postgres://db/old"}}';
    expect({ ...parseSqlConnections(text) }).toEqual({
      main: { url: "postgresql://u:p@db:5433/shop", fence: true },
      old: { url: "postgres://db/old", fence: false },
    });
    expect(parseSqlConnections(" ")).toEqual({});
  });

  it.each([
    ['{"main": "postgresql://u:hunter2@db/x"', "expects JSON like"],
    ["[]", "expects JSON like"],
    ['{"a/b": {"url": "postgresql://u:hunter2@db/x"}}', "is no name"],
    ['{"a": {"url": "mysql://u:hunter2@db/x"}}', "connection a, url must be postgresql://"],
    [
      '{"a": {"url": "postgresql://u:hunter2@db/x", "fence": "hunter2"}}',
      "connection a, fence must be true or false",
    ],
    [
      '{"a": {"url": "postgresql://u:hunter2@db/x", "hunter2": 1}}',
      "connection a has keys other than url and fence",
    ],
    [
      '{"a": {"url": "postgresql://u:hunter2@DB/x"}, "b": {"url": "postgresql://v@db:5432/x"}}',
      "are the same database",
    ],
  ])("refuses %s, without its values", (text, sentence) => {
    expect(() => parseSqlConnections(text)).toThrow(sentence);
    expect(() => parseSqlConnections(text)).not.toThrow(/hunter2/);
  });
});

test("a literal that goes on from one with escapes is read with escapes, and takes no secret", () => {
  const [statement] = readScript("SELECT E'a'\n'it\\'s; secret://a'");
  expect(statement?.tokens.map(({ kind }) => kind)).toEqual(["word", "literal", "literal"]);
  expect(refusalOf(statement!)).toContain("names a secret elsewhere");
});
