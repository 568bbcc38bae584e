import type { Pool } from "pg";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Fact } from "../ledger/schema.ts";
import type { Ledger, Projections } from "../ledger/service.ts";
import { preferenceErrors } from "./errors.ts";
import type { Preferences, PreferencesPatch, SavedView, SavedViewInput } from "./schema.ts";
import { deleteView, findView, listViews, mergePreferences, readPreferences, upsertView } from "./store.ts";

const MAX_VIEWS = 100;

export type PreferenceDeps = { pool: Pool; prisma: PrismaClient; ids: Ids; ledger: Ledger };
export type PreferencesService = ReturnType<typeof createPreferencesService>;

/** Other windows of the same person follow. */
export const preferenceProjections: Projections = new Map([
  [
    "preference.changed",
    (entry) => [
      {
        event: "preferences:changed",
        channels: [`user:${entry.entity_id}`],
        payload: { user_id: entry.entity_id },
      },
    ],
  ],
]);

/** What people set for themselves: preferences, and filters under a name. */
export function createPreferencesService(deps: PreferenceDeps) {
  const { pool, prisma, ids, ledger } = deps;

  async function read(userId: string): Promise<Preferences> {
    return (await readPreferences(prisma, [userId])).get(userId)!;
  }

  return {
    read: (actor: Actor): Promise<Preferences> => read(actor.id),
    /** Of several people at once, for those who tell them things. */
    of: (userIds: readonly string[]): Promise<Map<string, Preferences>> => readPreferences(prisma, userIds),
    /** Changes what the patch names; answers the whole. */
    async write(actor: Actor, patch: PreferencesPatch): Promise<Preferences> {
      const fields = Object.keys(patch).filter(
        (field) => patch[field as keyof PreferencesPatch] !== undefined,
      );
      if (fields.length > 0) {
        await ledger.commit(
          actor,
          [
            {
              action: "preference.changed",
              entity_type: "user",
              entity_id: actor.id,
              detail: { fields },
            },
          ],
          mergePreferences(actor.id, patch),
        );
      }
      return read(actor.id);
    },
    views: {
      /** One's own, then what others share. */
      list: (actor: Actor, query: { page?: string | undefined }): Promise<SavedView[]> =>
        listViews(pool, actor.id, query.page ?? null),
      /** Replaces one's own view of this name, or makes it. TOO_MANY_VIEWS. */
      async save(actor: Actor, input: SavedViewInput): Promise<SavedView> {
        const known = (await listViews(pool, actor.id, input.page)).find(
          ({ mine, name }) => mine && name === input.name,
        );
        const id = known?.id ?? ids.uuid();
        const rows = await ledger.commit<{ id: string }>(
          actor,
          [viewFact("saved_view.saved", { ...input, id })],
          upsertView(id, actor.id, input, MAX_VIEWS),
        );
        if (!rows[0]) throw preferenceErrors.TOO_MANY_VIEWS();
        return found(await findView(pool, actor.id, rows[0].id));
      },
      /** One's own; an admin also what somebody else shares. NOT_FOUND, FORBIDDEN. */
      async remove(actor: Actor, id: string): Promise<void> {
        const view = found(await findView(pool, actor.id, id));
        if (!view.mine && !actor.roles.includes("admin"))
          throw errors.FORBIDDEN({ message: "Only its owner, or an admin, can remove a shared view." });
        const rows = await ledger.commit(actor, [viewFact("saved_view.removed", view)], deleteView(id));
        if (rows.length === 0) throw missing();
      },
    },
  };
}

function viewFact(action: string, view: Pick<SavedView, "id" | "page" | "name" | "shared">): Fact {
  const { page, name, shared } = view;
  return { action, entity_type: "saved_view", entity_id: view.id, detail: { page, name, shared } };
}

function found(view: SavedView | null): SavedView {
  if (!view) throw missing();
  return view;
}

const missing = () => errors.NOT_FOUND({ message: "There is no such saved view." });
