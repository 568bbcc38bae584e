import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import { type HotWrite, hotWrite, json } from "../ledger/service.ts";
import {
  DEFAULT_PREFERENCES,
  type Preferences,
  type PreferencesPatch,
  preferencesPatch,
  type SavedView,
  type SavedViewInput,
} from "./schema.ts";

/** What somebody set, over what holds for everybody who did not. */
function withDefaults(stored: unknown): Preferences {
  const set = preferencesPatch.parse(stored ?? {});
  const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
  return { ...DEFAULT_PREFERENCES, ...given, notify: { ...DEFAULT_PREFERENCES.notify, ...set.notify } };
}

export async function readPreferences(
  prisma: PrismaClient,
  userIds: readonly string[],
): Promise<Map<string, Preferences>> {
  const rows = await prisma.user_preference.findMany({ where: { user_id: { in: [...userIds] } } });
  const stored = new Map(rows.map((row) => [row.user_id, row.value]));
  return new Map(userIds.map((id) => [id, withDefaults(stored.get(id))]));
}

/** Merges in the statement itself, so that two windows of one person lose nothing of each other. */
export function mergePreferences(userId: string, patch: PreferencesPatch): HotWrite {
  return hotWrite(
    "preference-merge",
    (p) => `guard AS (INSERT INTO user_preference AS kept (user_id, value)
      VALUES (${p(userId)}::uuid, ${p(json(patch))}::jsonb)
      ON CONFLICT (user_id) DO UPDATE SET version = kept.version + 1, updated_at = now(),
        value = kept.value || excluded.value || jsonb_build_object('notify',
          coalesce(kept.value->'notify', '{}'::jsonb) || coalesce(excluded.value->'notify', '{}'::jsonb))
      RETURNING user_id)`,
  );
}

const VIEW = `SELECT v.id, v.page, v.name, v.query, v.shared, v.owner_id, u.name AS owner_name,
    v.owner_id = $1::uuid AS mine, v.updated_at FROM saved_view v JOIN "user" u ON u.id = v.owner_id`;

function present(row: SavedView & { updated_at: Date | string }): SavedView {
  return { ...row, updated_at: new Date(row.updated_at).toISOString() };
}

/** One's own views and those that others share, by page and name. */
export async function listViews(pool: Pool, readerId: string, page: string | null): Promise<SavedView[]> {
  const { rows } = await pool.query<SavedView>({
    name: "saved-views",
    text: `${VIEW} WHERE (v.owner_id = $1::uuid OR v.shared) AND ($2::text IS NULL OR v.page = $2)
      ORDER BY v.page, v.owner_id <> $1::uuid, lower(v.name), v.id`,
    values: [readerId, page],
  });
  return rows.map(present);
}

export async function findView(pool: Pool, readerId: string, id: string): Promise<SavedView | null> {
  const { rows } = await pool.query<SavedView>({
    name: "saved-view",
    text: `${VIEW} WHERE v.id = $2::uuid AND (v.owner_id = $1::uuid OR v.shared)`,
    values: [readerId, id],
  });
  return rows[0] ? present(rows[0]) : null;
}

/** No row in `guard`: the owner has `limit` views already. */
export function upsertView(id: string, ownerId: string, view: SavedViewInput, limit: number): HotWrite {
  return hotWrite("saved-view-upsert", (p) => {
    const owner = p(ownerId);
    const [page, name] = [p(view.page), p(view.name)];
    return `guard AS (INSERT INTO saved_view (id, owner_id, page, name, query, shared)
      SELECT ${p(id)}::uuid, ${owner}::uuid, ${page}::text, ${name}::text, ${p(json(view.query))}::jsonb,
        ${p(view.shared)}::boolean
      WHERE (SELECT count(*) FROM saved_view WHERE owner_id = ${owner}::uuid) < ${p(limit)}::int
        OR EXISTS (SELECT 1 FROM saved_view WHERE owner_id = ${owner}::uuid AND page = ${page}::text
          AND name = ${name}::text)
      ON CONFLICT (owner_id, page, name) DO UPDATE SET query = excluded.query, shared = excluded.shared,
        updated_at = now()
      RETURNING id)`;
  });
}

export function deleteView(id: string): HotWrite {
  return hotWrite(
    "saved-view-delete",
    (p) => `guard AS (DELETE FROM saved_view WHERE id = ${p(id)}::uuid RETURNING id)`,
  );
}
