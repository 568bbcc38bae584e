import type { Pool } from "pg";
import type { TaskRecord } from "./record.ts";
import { UUID } from "./task-locks.ts";

type Held = { holder: string | null };

/**
 * The same with the names of the people and agents under whose ids the locks are held; other holders stay as they are.
 * Looked up where a holder is read and never stored: the ledger keeps no names.
 */
export async function withHolderNames<T extends Held>(pool: Pool, held: readonly T[]): Promise<T[]> {
  const nameOf = await holderNames(pool, held);
  return held.map((one) => ({ ...one, holder: nameOf(one) }));
}

/** The same for what tasks wait for. */
export async function tasksWithHolderNames(
  pool: Pool,
  tasks: readonly TaskRecord[],
): Promise<readonly TaskRecord[]> {
  const nameOf = await holderNames(
    pool,
    tasks.map(lockOf).filter((lock) => lock !== null),
  );
  return tasks.map((task) => {
    const lock = lockOf(task);
    return lock ? { ...task, waiting_for: { ...lock, holder: nameOf(lock) } } : task;
  });
}

const lockOf = ({ waiting_for }: TaskRecord) => (waiting_for?.kind === "lock" ? waiting_for : null);

async function holderNames(pool: Pool, held: readonly Held[]): Promise<(one: Held) => string | null> {
  const ids = new Set(held.map(({ holder }) => holder).filter((id) => id !== null && UUID.test(id)));
  const names = new Map<string | null, string>();
  if (ids.size > 0) {
    const { rows } = await pool.query<{ id: string; name: string }>(
      `SELECT id, name FROM agent WHERE id = ANY($1::uuid[])
       UNION ALL SELECT id, name FROM "user" WHERE id = ANY($1::uuid[])`,
      [[...ids]],
    );
    for (const { id, name } of rows) names.set(id, name);
  }
  return ({ holder }) => names.get(holder) ?? holder;
}
