import { createDatabase } from "@ade/testkit/database";
import pg from "pg";
import { randomIds } from "../../../kernel/ids.ts";
import { taskConfigOf } from "../../contract.ts";
import { type ApplyContext, asWritten, type Json } from "../../port.ts";

/** A small shop in a database of its own, with a role that owns it and may no more. */
export async function createShop() {
  const database = await createDatabase();
  const admin = new pg.Client({ connectionString: database.url });
  admin.on("error", () => undefined);
  await admin.connect();
  const role = `shop_${randomIds.random(6)}`;
  const url = new URL(database.url);
  const name = url.pathname.slice(1);
  const password = "sw0rdfish/%:of the sea";
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await admin.query(`GRANT CREATE ON DATABASE ${name} TO ${role}; GRANT CREATE ON SCHEMA public TO ${role}`);
  url.username = role;
  url.password = encodeURIComponent(password);
  const owner = new pg.Client({ connectionString: url.href });
  owner.on("error", () => undefined);
  await owner.connect();
  await owner.query(`
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL UNIQUE, amount int NOT NULL);
    CREATE TABLE audit (id serial PRIMARY KEY, said text);
    INSERT INTO orders (item, amount) VALUES ('lamp', 1), ('desk', 2), ('chair', 3)`);

  /** All that migrations could reach: definitions, rows, and what sequences count on from. */
  async function world(): Promise<Record<string, Json>> {
    const { rows: columns } = await admin.query(`
      SELECT c.oid::regclass::text AS name, json_agg(json_build_array(a.attname, a.atttypid::regtype::text, a.attnotnull) ORDER BY a.attnum) AS columns,
        (SELECT json_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid) AS indexes
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relkind = 'r' AND c.relowner = '${role}'::regrole AND c.relnamespace = 'public'::regnamespace GROUP BY c.oid`);
    const tables: Record<string, Json> = {};
    for (const { name: table, ...definition } of columns) {
      const { rows } = await admin.query(`SELECT * FROM ${table} ORDER BY 1`);
      tables[table] = { ...definition, rows: JSON.parse(JSON.stringify(rows)) };
    }
    const { rows: sequences } = await admin.query(
      `SELECT sequencename AS name, last_value::text FROM pg_sequences WHERE sequenceowner = '${role}' ORDER BY 1`,
    );
    return { ...tables, sequences };
  }

  return {
    url: url.href,
    adminUrl: database.url,
    name,
    role,
    password,
    admin,
    owner,
    world,
    async close() {
      await owner.end();
      await admin.query(`DROP OWNED BY ${role} CASCADE`).catch(() => undefined);
      await admin.query(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined);
      await admin.end().catch(() => undefined);
      await database.drop();
    },
  };
}
export type Shop = Awaited<ReturnType<typeof createShop>>;

/** A `database.sql` configuration on the connection `main`. */
export const sql = (statements: string, down?: string, over: Record<string, unknown> = {}) =>
  taskConfigOf({
    type: "database.sql",
    parameters: { connection: "main", statements, ...(down === undefined ? {} : { down }) },
    ...over,
  });

export const planContext = (over: Partial<ApplyContext> = {}) => ({
  signal: new AbortController().signal,
  reveal: asWritten,
  ...over,
});
