import { useQuery } from "@tanstack/react-query";
import { Hourglass } from "lucide-react";
import { queries } from "#lib/queries.ts";
import { splitKey } from "./lock-filter.ts";
import { waitText } from "./lock-parts.tsx";

/** Where an owner stands in the queue of a key, and how long that may take; how many wait where it is not among them. */
export function PlaceInQueue({ lockKey, ownerId }: { lockKey: string; ownerId: string }) {
  const parts = splitKey(lockKey);
  const lock = useQuery({ ...queries.locks(parts ?? {}, ""), enabled: parts !== null }).data?.locks[0];
  if (!lock || lock.queue_length === 0) return null;
  const waiter = lock.queue.find(({ owner_id }) => owner_id === ownerId);
  const length = lock.queue_length.toLocaleString("en");
  return (
    <p className="num flex items-center gap-1.5 text-xs text-ink-2">
      <Hourglass size={11} aria-hidden className="shrink-0" />
      {waiter
        ? `place ${waiter.queue_position} of ${length} in the queue, ${waitText(waiter)}`
        : `${length} waiting in its queue`}
    </p>
  );
}
