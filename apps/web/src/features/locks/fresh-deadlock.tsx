import type { DeadlockEntry } from "@ade/core/locks/schema";
import { useInfiniteQuery } from "@tanstack/react-query";
import { queries } from "#lib/queries.ts";
import { useTicking } from "#lib/server-time.ts";
import { DeadlockCard } from "./deadlock-card.tsx";
import type { Names } from "./use-names.ts";

const FRESH_MS = 60_000;

/** The last deadlock, for a minute after it was ended: its cycle is gone from the graph before anybody could look. */
export function useFreshDeadlock(): DeadlockEntry | null {
  const latest = useInfiniteQuery(queries.deadlocks()).data?.pages[0]?.deadlocks[0];
  const isFresh = useTicking((now) =>
    latest === undefined ? false : now - Date.parse(latest.detected_at) < FRESH_MS,
  );
  return latest && isFresh ? latest : null;
}

/** It, above who waits now. */
export function FreshDeadlock({ deadlock, names }: { deadlock: DeadlockEntry; names: Names }) {
  return (
    <div className="max-h-[45%] shrink-0 overflow-y-auto border-b border-line bg-surface px-4 py-3">
      <DeadlockCard deadlock={deadlock} names={names} isBrief />
    </div>
  );
}
