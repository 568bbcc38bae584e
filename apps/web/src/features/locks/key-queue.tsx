import type { Lock, LockWaiter } from "@ade/core/locks/schema";
import { Ago } from "#components/ui/time.tsx";
import { ModeBadge, PartyInline } from "./lock-parts.tsx";
import type { Names } from "./use-names.ts";
import { waitText } from "./wait-text.ts";

/** The usual priority is not worth a word. */
const USUAL_PRIORITY = 50;

type Props = { queue: readonly LockWaiter[]; length: number; kind: Lock["resource_type"]; names: Names };

/** Who waits, in the order in which they will be served. */
export function KeyQueue({ queue, length, kind, names }: Props) {
  return (
    <>
      <ol className="card divide-y divide-line overflow-hidden">
        {queue.map((waiter) => (
          <li key={waiter.request_id} className="flex gap-3 px-3 py-2">
            <span className="num mt-px w-6 shrink-0 text-right font-semibold text-ink-2">
              <span className="sr-only">Place </span>
              {waiter.queue_position}
            </span>
            <span className="min-w-0 flex-1 text-xs">
              <span className="flex items-start gap-2 text-sm">
                <span className="min-w-0 flex-1">
                  <PartyInline party={waiter} names={names} />
                </span>
                <ModeBadge mode={waiter.mode} kind={kind} />
              </span>
              {waiter.purpose && <span className="block truncate text-ink-2">{waiter.purpose}</span>}
              <span className="num block text-ink-3">
                {waitText(waiter)} · asked <Ago at={waiter.requested_at} />
                {waiter.priority !== USUAL_PRIORITY && ` · priority ${waiter.priority}`}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {length > queue.length && (
        <p className="num text-xs text-ink-3">
          and {(length - queue.length).toLocaleString("en")} more behind them
        </p>
      )}
    </>
  );
}
