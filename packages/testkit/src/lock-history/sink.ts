import type { LockMode } from "@ade/core/locks/schema";
import { type HistoryEvent, historyClock } from "./history.ts";

export type WriteRequest = { client: string; key: string; mode: LockMode; token: number };
export type RecordingSink = { write(request: WriteRequest): boolean };

/**
 * What locks guard: it takes a write under the newest token that it has seen, and refuses every older one; a read (under
 * a shared lock) is refused after a newer write only. Everything that reaches it is recorded in its order.
 *
 * @param options.checksFence false for the negative control: then it takes whatever comes
 */
export function createRecordingSink(
  record: (event: HistoryEvent) => void,
  { checksFence = true }: { checksFence?: boolean } = {},
): RecordingSink {
  const newest = new Map<string, { exclusive: number; any: number }>();
  return {
    write({ client, key, mode, token }) {
      const seen = newest.get(key) ?? { exclusive: 0, any: 0 };
      const accepted = !checksFence || token >= (mode === "exclusive" ? seen.any : seen.exclusive);
      if (accepted) {
        seen.any = Math.max(seen.any, token);
        if (mode === "exclusive") seen.exclusive = Math.max(seen.exclusive, token);
        newest.set(key, seen);
      }
      record({ type: "write", at_ms: historyClock.monotonicMs(), client, key, mode, token, accepted });
      return accepted;
    },
  };
}
