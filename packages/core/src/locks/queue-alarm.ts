import type { Logger } from "pino";
import type { Clock } from "../kernel/clock.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { LockName } from "./keys.ts";

const EVERY_MS = 60_000;
/** Whoever fills more queues than this at a time is told of some again. */
const REMEMBERED = 1_000;

/** Tells admins that a queue is full, once a minute and key (locks.md, "Queueing"). */
export function createQueueAlarm(deps: { clock: Clock; log: Logger; emit: (event: EventDraft) => void }) {
  const toldAtMs = new Map<string, number>();
  return ({ key, resource_type, resource_id }: LockName, queue_length: number): void => {
    const now = deps.clock.monotonicMs();
    if (now - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    if (toldAtMs.size === REMEMBERED) toldAtMs.clear();
    toldAtMs.set(key, now);
    deps.log.warn({ key, queue_length }, "the queue of a lock is full: further requests are refused");
    deps.emit({
      event: "lock:queue_full",
      channels: ["locks", "system"],
      payload: { resource_type, resource_id, queue_length },
    });
  };
}
