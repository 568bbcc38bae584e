import pg from "pg";
import { ExecutorFailure } from "../../errors.ts";
import type { SqlConnection } from "./sql-connections.ts";
import { connectionFailure } from "./sql-failure.ts";

const CONNECT_MS = 8_000;
const TERMINATE_MS = 3_000;
/** A statement's rows are counted and thrown away; more than this is no migration. */
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

export type Limits = { readonly statementMs: number; readonly lockMs: number };
export type Ran = { readonly command: string; readonly rows: number | null };

/** One connection with one transaction at a time, ended by its signal. */
export type SqlSession = {
  /** One statement of somebody else's: its rows are counted, not kept. Rejects as the server says. */
  run(text: string): Promise<Ran>;
  /** A question of ours, fully qualified. */
  ask<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/**
 * Opens a session of a connection. When `signal` aborts, the server is told to end it, so nothing goes on that
 * nobody waits for, and what runs rejects with the signal's reason. Throws ExecutorFailure without any address.
 */
export async function openSession(
  name: string,
  connection: SqlConnection,
  options: { signal: AbortSignal; onNotice?: (text: string) => void },
): Promise<SqlSession> {
  const { signal } = options;
  signal.throwIfAborted();
  const client = new pg.Client(clientConfig(connection));
  client.on("error", () => undefined);
  client.on("notice", ({ severity, message }) => options.onNotice?.(`${severity}: ${message}\n`));
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const onAbort = () => {
    stopped.reject(signal.reason);
    void terminate(client, connection);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const within = <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    return Promise.race([work, stopped.promise]);
  };
  const close = async () => {
    signal.removeEventListener("abort", onAbort);
    if (!signal.aborted) await client.end().catch(() => undefined);
  };
  try {
    await within(client.connect());
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw connectionFailure(name, error);
  }
  return {
    run: (text) => within(runOne(client, text)),
    ask: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await within(client.query<Row>({ text, values, queryMode: "extended" } as pg.QueryConfig))).rows,
    close,
  };
}

function clientConfig({ url }: SqlConnection): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: "community-ade",
    keepAlive: true,
  };
}

/**
 * In the extended protocol, in which the server itself refuses more than one statement at a time: whatever it should
 * read otherwise than we did, it can't find a COMMIT in it.
 */
function runOne(client: pg.Client, text: string): Promise<Ran> {
  const { stream } = (
    client as unknown as { connection: { stream: NodeJS.ReadableStream & { destroy(e?: Error): void } } }
  ).connection;
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT_BYTES) {
        stream.destroy();
        finish(() => reject(new ExecutorFailure("A statement answered with more than 16 MiB of rows.")));
      }
    };
    const finish = (settle: () => void) => {
      stream.off("data", count);
      settle();
    };
    stream.on("data", count);
    const query = new pg.Query({ text, queryMode: "extended" } as pg.QueryConfig);
    // Who listens to rows gets them one by one, and the client keeps none.
    query.on("row", () => undefined);
    query.on("end", ({ command, rowCount }: pg.ResultBuilder) =>
      finish(() => resolve({ command: command ?? "", rows: rowCount ?? null })),
    );
    query.on("error", (error: Error) => finish(() => reject(error)));
    client.query(query);
  });
}

/** Ends a session from outside; the socket goes in any case, and the server notices that by itself. */
async function terminate(client: pg.Client, connection: SqlConnection): Promise<void> {
  const { processID } = client as unknown as { processID: number | null };
  const other = new pg.Client({ ...clientConfig(connection), connectionTimeoutMillis: TERMINATE_MS });
  other.on("error", () => undefined);
  try {
    if (processID === null || processID === undefined) return;
    await other.connect();
    await other.query("SELECT pg_catalog.pg_terminate_backend($1)", [processID]);
  } catch {
    // Not reachable, or not allowed: its limits end it.
  } finally {
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await other.end().catch(() => undefined);
  }
}

/**
 * Begins a transaction under limits; the text means the same to this server as to the parser, and a name without a
 * schema is public's, whatever the role's own path is.
 */
export async function begin(session: SqlSession, limits: Limits): Promise<void> {
  await session.run("BEGIN");
  await session.ask(
    `SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
      ('statement_timeout', $1), ('lock_timeout', $2), ('idle_in_transaction_session_timeout', '20s'),
      ('standard_conforming_strings', 'on'), ('client_connection_check_interval', '1s'),
      ('search_path', 'public')) AS s(name, value)
      JOIN pg_catalog.pg_settings k ON k.name = s.name`,
    [`${limits.statementMs}ms`, `${limits.lockMs}ms`],
  );
}

/** Sets a setting of the session until its transaction ends. */
export async function setting(session: SqlSession, name: string, value: string): Promise<void> {
  await session.ask("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
}
