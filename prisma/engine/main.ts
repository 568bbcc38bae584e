/**
 * Prisma's schema engine without a downloaded binary: the engine's command line and its JSON-RPC over standard
 * input and output, answered by `@prisma/schema-engine-wasm` on adapter-pg.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { SchemaEngine } from "@prisma/schema-engine-wasm";
import { databaseOf, type EngineAdapter, engineAdapter, maintenanceUrl, openPool } from "./adapter.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datamodels: { type: "string", multiple: true },
    datasource: { type: "string" },
    "enabled-preview-features": { type: "string" },
    "extension-types": { type: "string" },
  },
});
const datasource = JSON.parse((values.datasource as string | undefined) ?? "{}") as { url?: string };
// A diff between files names no database, but the engine wants to know which server it writes for.
const url = datasource.url ?? process.env.DATABASE_URL ?? "";

let panic: string | undefined;
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: {
    set_message(message: string) {
      panic = message;
    },
  },
});

/** One line of the engine's log on standard error: the only way the CLI learns why a command failed. */
function logLine(level: "INFO" | "ERROR", fields: Record<string, unknown>): void {
  process.stderr.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" })}\n`,
  );
}

// A panic of the engine surfaces outside of any promise of ours.
process.on("uncaughtException", (error) => {
  logLine("ERROR", { message: panic ?? error.message, backtrace: error.stack });
  process.exit(101);
});

type Failure = { message: string; error_code?: string; meta?: unknown };

/** What the engine threw, as the CLI reads it; an error of the adapter comes as a number that stands for it. */
function failureOf(thrown: unknown, adapter: EngineAdapter): Failure {
  const id = /^External error id#(\d+)/.exec((thrown as Error).message)?.[1];
  const error = id === undefined ? thrown : (adapter.errorRegistry.consumeError(Number(id))?.error ?? thrown);
  const {
    code,
    meta,
    message = String(error),
  } = error as { message?: string; code?: string; meta?: unknown };
  return code?.startsWith("P") ? { message, error_code: code, meta } : { message };
}

async function runCommand(name: string): Promise<void> {
  const target = name === "create-database" ? maintenanceUrl(url) : url;
  const pool = openPool(target);
  try {
    if (name === "can-connect-to-database") await pool.query("SELECT 1");
    else if (name === "create-database")
      await pool.query(`CREATE DATABASE "${databaseOf(url).replaceAll('"', '""')}"`);
    else if (name === "drop-database") {
      await pool.query(`DROP DATABASE IF EXISTS "${databaseOf(url).replaceAll('"', '""')}" WITH (FORCE)`);
    } else throw new Error(`The schema engine has no command "${name}".`);
  } catch (error) {
    const at = new URL(url);
    const known = error as { code?: string; message: string };
    const fields =
      known.code === "3D000"
        ? { error_code: "P1003", message: `Database \`${databaseOf(url)}\` does not exist` }
        : known.code === "28P01"
          ? {
              error_code: "P1000",
              message: `Authentication failed against the database server at ${at.host}`,
            }
          : {
              error_code: "P1001",
              message: `Can't reach database server at ${at.host}: ${known.message || known.code}`,
            };
    // The CLI skips the first line of what it reads.
    process.stderr.write("\n");
    logLine("ERROR", fields);
    process.exitCode = 1;
  } finally {
    await pool.end();
  }
}

type Request = { id: number; method: string; params?: Record<string, unknown> };

async function serve(): Promise<void> {
  const paths = (values.datamodels as string[] | undefined) ?? [];
  const datamodels = paths.map((path): [string, string] => [path, readFileSync(path, "utf8")]);
  const adapter = engineAdapter(url);
  let engine: Promise<SchemaEngine> | undefined;
  const open = () => {
    if (!url)
      throw new Error(
        "Prisma's schema engine needs a database: set DATABASE_URL, or run npm start beside it.",
      );
    // The engine panics on an empty list, and a command between two given schemas has none.
    engine ??= SchemaEngine.new(
      { datamodels: datamodels.length > 0 ? datamodels : undefined },
      () => {},
      adapter,
    );
    return engine;
  };
  const send = (message: object) =>
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

  async function answer({ method, params }: Request): Promise<unknown> {
    if (method === "createDatabase") {
      const pool = openPool(maintenanceUrl(url));
      try {
        await pool.query(`CREATE DATABASE "${databaseOf(url).replaceAll('"', '""')}"`);
        return { databaseName: databaseOf(url) };
      } finally {
        await pool.end();
      }
    }
    const methods = (await open()) as unknown as Record<string, (given: unknown) => Promise<unknown>>;
    const name = method === "getDatabaseVersion" ? "version" : method;
    if (typeof methods[name] !== "function") throw new Error(`The schema engine has no method "${method}".`);
    const result = await methods[name](params);
    if (method === "diff") {
      const { exitCode, stdout } = result as { exitCode: number; stdout: string | null };
      if (stdout !== null) send({ id: 0, method: "print", params: { content: stdout } });
      return { exitCode, stdout: null };
    }
    return result ?? {};
  }

  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") continue;
    const request = JSON.parse(line) as Request;
    if (!request.method) continue;
    try {
      send({ id: request.id, result: await answer(request) });
    } catch (error) {
      const failure = failureOf(error, adapter);
      if (process.env.DEBUG) logLine("ERROR", { message: (error as Error).stack ?? failure.message });
      send({
        id: request.id,
        error: { code: 4466, message: failure.message, data: { is_panic: false, ...failure } },
      });
    }
  }
  process.exit();
}

if (positionals[0] === "cli") await runCommand(positionals[1] ?? "");
else await serve();
