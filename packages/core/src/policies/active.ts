import type { Pool } from "pg";
import type { PolicyEntry } from "./schema.ts";
import { type PolicyRow, toEntry } from "./store.ts";

const ACTIVE = `SELECT id, name, active, version, definition, created_at, updated_at FROM policy
  WHERE active ORDER BY name, id`;

/**
 * What tasks are matched against, read afresh each time: a stale rule is a wrong one. Only the checking of a definition
 * is done once for each version, since a version never changes.
 */
export function createActivePolicies(pool: Pool): () => Promise<PolicyEntry[]> {
  let checked = new Map<string, PolicyEntry>();
  return async () => {
    const { rows } = await pool.query<PolicyRow>({ name: "policies-active", text: ACTIVE });
    const now = new Map(
      rows.map((row) => {
        const key = `${row.id}@${row.version}`;
        return [key, checked.get(key) ?? toEntry(row)];
      }),
    );
    checked = now;
    return [...now.values()];
  };
}
