import type { z } from "zod";
import type { Prisma } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ledger } from "./service.ts";

type Db = Pick<Prisma.TransactionClient, "setting">;

/** A setting as it is kept; `version` grows by one with each change and is 0 where none was ever stored. */
export type Kept<T> = { value: T; version: number };

/** One setting of the installation: a row of the table `setting`, replaced whole. */
export type Setting<T> = {
  /** What is in force. A stored value that is not valid throws: nobody should be judged by a guess. */
  read(db: Db): Promise<Kept<T>>;
  /**
   * Replaces it, with the entry that says so. CONFLICT where `expected_version` is given and no longer the one in
   * force, or where somebody else replaced it at the same moment.
   */
  replace(
    to: { ledger: Ledger; clock: Clock },
    actor: Actor,
    change: { value: T; expected_version?: number | undefined },
  ): Promise<Kept<T>>;
};

/** The setting under `key`, with what holds until somebody changes it. */
export function defineSetting<T>(key: string, shape: z.ZodType<T>, fallback: T): Setting<T> {
  const read = async (db: Db): Promise<Kept<T>> => {
    const row = await db.setting.findUnique({ where: { key } });
    return row ? { value: shape.parse(row.value), version: row.version } : { value: fallback, version: 0 };
  };
  return {
    read,
    replace: ({ ledger, clock }, actor, { value, expected_version }) =>
      ledger.write(actor, async (tx) => {
        const before = await read(tx);
        const version = before.version + 1;
        const changed =
          (expected_version ?? before.version) === before.version &&
          (await store(tx, { key, value: value as Prisma.InputJsonValue, version, updated_at: clock.now() }));
        if (!changed) {
          throw errors.CONFLICT({
            message: "Somebody changed this setting meanwhile. Look at it again first.",
          });
        }
        const detail = { before: before.value, after: value, version };
        return {
          result: { value, version },
          facts: [{ action: "setting.updated", entity_type: "setting", entity_id: key, detail }],
        };
      }),
  };
}

type Row = { key: string; value: Prisma.InputJsonValue; version: number; updated_at: Date };

/** Compare-and-swap on the version before; false where it is another. */
async function store(tx: Db, row: Row): Promise<boolean> {
  const { count } =
    row.version === 1
      ? await tx.setting.createMany({ data: [row], skipDuplicates: true })
      : await tx.setting.updateMany({ where: { key: row.key, version: row.version - 1 }, data: row });
  return count === 1;
}
