import type { Forgetting } from "./port.ts";

export const FORGET_BATCH = 500;

/** `task id : revision`, and what may stand behind it. */
const taskOf = (key: string): string => key.split(":")[0]!;

/**
 * Removes old records of tasks that nobody needs to know of any more, in batches of FORGET_BATCH. `next` answers the
 * old ones behind `after` in one order (null: from the beginning): what is still needed stays where it is.
 */
export async function forgetRecords<R extends { readonly idempotency_key: string }>(
  { stillNeeded }: Pick<Forgetting, "stillNeeded">,
  store: {
    readonly next: (after: R | null) => Promise<readonly R[]>;
    readonly remove: (keys: readonly string[]) => Promise<unknown>;
  },
): Promise<void> {
  for (let after: R | null = null; ; ) {
    const batch: readonly R[] = await store.next(after);
    const keys = batch.map(({ idempotency_key }) => idempotency_key);
    if (keys.length === 0) return;
    const needed = await stillNeeded([...new Set(keys.map(taskOf))]);
    await store.remove(keys.filter((key) => !needed.has(taskOf(key))));
    if (keys.length < FORGET_BATCH) return;
    after = batch.at(-1)!;
  }
}
