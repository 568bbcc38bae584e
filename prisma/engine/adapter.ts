import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlQueryable,
} from "@prisma/driver-adapter-utils";
import pg from "pg";

/** `"char"`, in which the catalogue keeps its one-letter codes: unknown to adapter-pg, expected by the engine. */
const CHAR_OID = 18;
const TEXT_OID = 25;

/** Which columns of these rows are of type `"char"`. */
const charColumns = new WeakMap<unknown[], number[]>();

type Result = Pick<pg.QueryResult, "fields" | "rows">;
type Done = (error: Error | null, result?: Result | Result[]) => void;

class EngineClient extends pg.Client {
  /** Both ways of asking pass here: with a promise (transactions) and with a callback (the pool). */
  // biome-ignore lint/suspicious/noExplicitAny: pg declares a dozen overloads of this method
  override query(...args: any[]): any {
    const done = args.at(-1) as Done | undefined;
    if (typeof done === "function") {
      args[args.length - 1] = ((error, result) => done(error, result && retypeChar(result))) satisfies Done;
    }
    const answer = (super.query as (...given: unknown[]) => unknown).apply(this, args);
    return answer instanceof Promise ? answer.then(retypeChar) : answer;
  }
}

/** Lets `"char"` pass the adapter as text and remembers where it was. */
function retypeChar<T extends Result | Result[]>(result: T): T {
  for (const one of Array.isArray(result) ? result : [result]) {
    const found = (one.fields ?? []).flatMap((field: pg.FieldDef, at: number) =>
      field.dataTypeID === CHAR_OID ? [at] : [],
    );
    for (const at of found) one.fields[at]!.dataTypeID = TEXT_OID;
    if (found.length > 0) charColumns.set(one.rows, found);
  }
  return result;
}

/** Makes a queryable name those columns as characters. */
function withChars<T extends SqlQueryable>(queryable: T): T {
  const ask = queryable.queryRaw.bind(queryable);
  queryable.queryRaw = async (query) => {
    const answer = await ask(query);
    for (const at of charColumns.get(answer.rows) ?? []) answer.columnTypes[at] = ColumnTypeEnum.Character;
    return answer;
  };
  return queryable;
}

/**
 * A pool whose answers the schema engine can read. Connection details are given one by one, because a
 * connection string would win over `database`.
 */
export function openPool(url: string, database?: string): pg.Pool {
  const at = new URL(url);
  const sslmode = at.searchParams.get("sslmode");
  return new pg.Pool({
    host: at.hostname || "127.0.0.1",
    port: Number(at.port || 5432),
    user: decodeURIComponent(at.username),
    password: decodeURIComponent(at.password),
    database: database ?? databaseOf(url),
    ...(sslmode && sslmode !== "disable"
      ? { ssl: { rejectUnauthorized: sslmode.startsWith("verify") } }
      : {}),
    max: 4,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 1000,
    Client: EngineClient,
  } as pg.PoolConfig);
}

/** The database that a connection string names. */
export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || "postgres";
}

/** `postgres` beside the named database: the place from which databases are made and dropped. */
export function maintenanceUrl(url: string): string {
  const at = new URL(url);
  at.pathname = "/postgres";
  return at.href;
}

/** Runs a script in one go: adapter-pg splits at each semicolon, also inside function bodies. */
async function connect(
  pool: pg.Pool,
  schema: string,
  dispose: () => Promise<void>,
): Promise<SqlDriverAdapter> {
  const adapter: SqlDriverAdapter = withChars(await new PrismaPg(pool, { schema }).connect());
  const begin = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => withChars(await begin(isolationLevel));
  adapter.executeScript = async (script) => {
    try {
      await pool.query(script);
    } catch (error) {
      throw asAdapterError(error as pg.DatabaseError);
    }
  };
  adapter.dispose = dispose;
  return adapter;
}

function asAdapterError(error: pg.DatabaseError): DriverAdapterError {
  const { message, detail, column, hint } = error;
  const code = error.code ?? "N/A";
  return new DriverAdapterError({
    kind: "postgres",
    code,
    severity: error.severity ?? "ERROR",
    message,
    detail,
    column,
    hint,
    originalCode: code,
    originalMessage: message,
  });
}

/**
 * adapter-pg for the schema engine: whole scripts, readable catalogue types, and a shadow database that is
 * dropped after its own connections have gone.
 *
 * @param url connection string of the main database; `?schema=` is honoured, `public` is the default. May be
 *   empty for a diff between files, which needs no database.
 */
export function engineAdapter(url: string) {
  const schema = (url && new URL(url).searchParams.get("schema")) || "public";
  const pools: pg.Pool[] = [];
  const open = (database?: string) => {
    const pool = openPool(url, database);
    pools.push(pool);
    return pool;
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    async connect() {
      const pool = open();
      return await connect(pool, schema, () => end(pool));
    },
    async connectToShadowDb() {
      const main = open();
      const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
      await main.query(`CREATE DATABASE "${name}"`);
      const shadow = open(name);
      return await connect(shadow, schema, async () => {
        await end(shadow);
        await main.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
        await end(main);
      });
    },
  });
  /** Closes what the engine leaves open: it never disposes of its main connection. */
  const close = async () => {
    await Promise.all(pools.map(end));
  };
  return { ...factory, close };
}

async function end(pool: pg.Pool): Promise<void> {
  if (!pool.ending) await pool.end();
}

export type EngineAdapter = ReturnType<typeof engineAdapter>;
