import type { SealedEntry } from "../ledger/service.ts";
import type { NotificationKind } from "./schema.ts";
import { taskIdOf } from "./tell.ts";

/** What asks somebody to do something; the rest is news, which only its reader can be done with. */
export const REQUESTS: readonly NotificationKind[] = [
  "asked",
  "reminded",
  "escalated",
  "delegated",
  "override",
];

/** Requests about a task that nobody has to answer any more: those of one person, or all where `user_id` is null. */
export type Settled = { task_id: string; user_id: string | null; until: string };

const ANSWERED = ["approval.responded", "approval.changed", "approval.delegated"];

/** Which requests an entry settles: an answer its giver's, the end of a review everybody's. */
export function settledBy(entry: SealedEntry): Settled | null {
  const task_id = taskIdOf(entry);
  if (!task_id) return null;
  if (ANSWERED.includes(entry.action)) return { task_id, user_id: entry.actor_id, until: entry.at };
  const isOver = entry.entity_type === "task" && entry.from_state === "REVIEWING";
  return isOver ? { task_id, user_id: null, until: entry.at } : null;
}
