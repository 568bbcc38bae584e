import { clockTime } from "#lib/time-text.ts";

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The server's sentences with names for ids, and local times. Pure. */
export function readable(explanation: string, nameOf: (id: string) => string): string {
  return explanation.replace(UUID, nameOf).replace(ISO_TIME, clockTime);
}
