import { z } from "zod";

/** A database that tasks may change. `fence`: checks fencing tokens in a small table there. */
export type SqlConnection = { readonly url: string; readonly fence: boolean };
export type SqlConnections = Readonly<Record<string, SqlConnection>>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/;
const EXPECTED =
  'JSON like {"main": {"url": "postgresql://user:password@host:5432/database", "fence": true}}';

const connection = z.strictObject({
  url: z.url({ protocol: /^postgres(ql)?$/, error: "must be postgresql://user:password@host:5432/database" }),
  fence: z.boolean({ error: "must be true or false" }).default(false),
});

/** Two names for one database would be two locks for one thing. */
export function placeOf({ url }: SqlConnection): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname.toLowerCase()}:${port || "5432"}${pathname}`;
}

/**
 * Checks connections. Throws TypeError with a sentence for a wrong name or address and for two names of one database;
 * never with an address, which may hold a password.
 */
export function checkSqlConnections(given: unknown): SqlConnections {
  const parsed = z.record(z.string(), z.unknown()).safeParse(given);
  if (!parsed.success) throw new TypeError(`expects ${EXPECTED}`);
  const connections: Record<string, SqlConnection> = Object.create(null);
  const places = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed.data)) {
    if (!NAME.test(name)) {
      throw new TypeError(
        `${JSON.stringify(name.slice(0, 60))} is no name: letters, digits, - and _, at most 50`,
      );
    }
    const read = connection.safeParse(value);
    if (!read.success) {
      const [issue] = read.error.issues;
      const field = issue?.path.join(".");
      const what = issue?.code === "unrecognized_keys" ? "has keys other than url and fence" : issue?.message;
      throw new TypeError(`connection ${name}${field ? `, ${field}` : ""} ${what}`);
    }
    const place = placeOf(read.data);
    const other = places.get(place);
    if (other)
      throw new TypeError(`connections ${other} and ${name} are the same database; give it one name`);
    places.set(place, name);
    connections[name] = read.data;
  }
  return connections;
}

/** ADE_SQL_CONNECTIONS as a setting: text in, connections out. */
export const sqlConnectionsSetting = z
  .string()
  .default("")
  .transform((text, context) => {
    try {
      return parseSqlConnections(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as TypeError).message });
      return z.NEVER;
    }
  });

/** Reads ADE_SQL_CONNECTIONS. Empty text is no connections. Throws TypeError with a sentence, without any address. */
export function parseSqlConnections(text: string): SqlConnections {
  if (text.trim() === "") return {};
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    // JSON.parse quotes what it found, which may be a password.
    throw new TypeError(`expects ${EXPECTED}`);
  }
  return checkSqlConnections(given);
}
