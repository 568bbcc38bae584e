import type { Logger } from "pino";
import type { LockConnection } from "./connection.ts";
import { compactId } from "./keys.ts";

/** An acquire lies in a socket no longer than this; then its mark is cleared. */
const KEEP_MARK_MS = 600_000;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;
/** Beyond so many, what was granted unseen ends by its TTL alone. */
const LIMIT = 10_000;

/**
 * Takes back, in the background and until it succeeds, what acquires got whose answer never came: "timed out" is
 * unknown, not "not acquired".
 */
export function createForgetter({ connection, log }: { connection: LockConnection; log: Logger }) {
  const pending = new Map<string, NodeJS.Timeout>();

  function schedule(id: string, attempt: string, delayMs: number, since: number): void {
    const timer = setTimeout(() => void run(id, attempt, delayMs, since), delayMs);
    timer.unref();
    pending.set(attempt, timer);
  }

  async function run(id: string, attempt: string, delayMs: number, since: number): Promise<void> {
    try {
      const id32 = compactId(id)!;
      await connection.run("forget", id32, [id32, attempt, KEEP_MARK_MS]);
      pending.delete(attempt);
    } catch (error) {
      if (!pending.has(attempt)) return;
      if (performance.now() - since < KEEP_MARK_MS) {
        schedule(id, attempt, Math.min(delayMs * 2, MAX_DELAY_MS), since);
      } else {
        pending.delete(attempt);
        log.warn({ err: error, lock_id: id }, "a lock request with unknown outcome was not taken back");
      }
    }
  }

  return {
    /** `attempt` is the acquire's own, of the request `id`. */
    forget(id: string, attempt: string): void {
      if (pending.size < LIMIT) schedule(id, attempt, FIRST_DELAY_MS, performance.now());
    },
    pending: (): number => pending.size,
    stop(): void {
      for (const timer of pending.values()) clearTimeout(timer);
      pending.clear();
    },
  };
}
