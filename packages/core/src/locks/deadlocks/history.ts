import { systemActor } from "../../kernel/actor.ts";
import type { Fact, HistoryQuery } from "../../ledger/schema.ts";
import { hotWrite, type Ledger, type Projection, type Projections } from "../../ledger/service.ts";
import { type DeadlockEntry, type DeadlockList, deadlockEntry } from "../schema.ts";

const DETECTED = "lock.deadlock_detected";

/** A deadlock that was found and how it was ended, as the ledger keeps it. Pure. */
export function deadlockFact(entry: DeadlockEntry): Fact {
  return { action: DETECTED, entity_type: "lock", entity_id: entry.id, detail: entry };
}

/** Records a deadlock, unless it is there already: another process may have done it for one that was killed. */
export async function recordDeadlock(ledger: Pick<Ledger, "commit">, entry: DeadlockEntry): Promise<void> {
  const write = hotWrite(
    "lock-deadlock",
    (place) => `guard AS (SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ledger_entry
      WHERE action = ${place(DETECTED)} AND at >= ${place(entry.detected_at)}::timestamptz - interval '1 hour'
        AND entity_id = ${place(entry.id)}))`,
  );
  await ledger.commit(systemActor("locks"), [deadlockFact(entry)], write);
}

/** The durable event of locks (api.md, "Events"): the whole cycle. */
export const lockProjections: Projections = new Map<string, Projection>([
  [DETECTED, ({ detail }) => [{ event: "lock:deadlock_detected", channels: ["locks"], payload: detail }]],
]);

/** A page of the deadlocks that were found, the newest first. */
export async function listDeadlocks(
  ledger: Pick<Ledger, "history">,
  query: HistoryQuery,
): Promise<DeadlockList> {
  const { entries, pagination } = await ledger.history(DETECTED, query);
  return { deadlocks: entries.map(({ detail }) => deadlockEntry.parse(detail)), pagination };
}
