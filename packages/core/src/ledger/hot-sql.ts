import type { HotWrite } from "./hot-write.ts";

type Place = (value: unknown) => string;

/**
 * Builds a hot write: values are named where they are used and become `$2`, `$3`, … in that order.
 * One name must always give the same text, since PostgreSQL keeps it as a prepared statement.
 */
export function hotWrite(name: string, build: (place: Place) => string): HotWrite {
  const values: unknown[] = [];
  const ctes = build((value) => {
    values.push(value);
    return `$${values.length + 1}`;
  });
  return { name, ctes, values };
}

/** JSON for a jsonb column; null stays SQL's null. */
export function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
