import type { ContendedKey, LockGraph } from "@ade/core/locks/schema";
import { TriangleAlert } from "lucide-react";
import { memo, useMemo, useRef } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Left } from "#components/ui/time.tsx";
import { useRowKeys } from "#lib/row-keys.ts";
import { KindIcon, ModeBadge, PartyInline } from "./lock-parts.tsx";
import type { Names, Party } from "./use-names.ts";
import { ownerNode } from "./wait-graph.ts";
import { waitText } from "./wait-text.ts";

type Props = {
  graph: LockGraph;
  victim: string | null;
  names: Names;
  openKey: string;
  onOpen: (key: string) => void;
};

/** So many of a queue are named in the list; the panel has the others. */
const NAMED = 5;

/** The same as the picture, in words: each key, who holds it, and who waits in which order. */
export function WaitsList({ graph, victim, names, openKey, onOpen }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  const { cycles } = graph;
  const inCycle = useMemo(() => new Set(cycles.flatMap((cycle) => cycle.map(ownerNode))), [cycles]);
  return (
    <ul ref={list} aria-label="Keys that are waited for" className="min-h-0 flex-1 overflow-y-auto">
      {graph.keys.map((key) => (
        <Contended
          key={key.key}
          contended={key}
          inCycle={inCycle}
          victim={victim}
          names={names}
          isOpen={key.key === openKey}
          onOpen={onOpen}
        />
      ))}
    </ul>
  );
}

type ContendedProps = {
  contended: ContendedKey;
  inCycle: ReadonlySet<string>;
  victim: string | null;
  names: Names;
  isOpen: boolean;
  onOpen: (key: string) => void;
};

/** Rendered again only where something of it changed, and out of view not laid out: there may be hundreds. */
const Contended = memo(function Contended(props: ContendedProps) {
  const { contended, inCycle, victim, names, isOpen, onOpen } = props;
  const { key, resource_type, resource_id, holders, queue, queue_length, delayed_until } = contended;
  const waiters = queue.slice(0, NAMED);
  const more = queue_length - waiters.length;
  const sign = (party: Party) => {
    const word = inCycle.has(ownerNode(party))
      ? "deadlock"
      : ownerNode(party) === victim && "gave way in the deadlock";
    return (
      word && (
        <Badge tone="bad" icon={<TriangleAlert size={11} aria-hidden />}>
          {word}
        </Badge>
      )
    );
  };
  return (
    <li
      className={`relative border-b border-line px-4 py-2.5 [contain-intrinsic-size:auto_9rem] [content-visibility:auto] hover:bg-hover ${isOpen ? "bg-accent-soft" : ""}`}
    >
      <div className="flex items-center gap-2">
        <KindIcon kind={resource_type} />
        <button
          type="button"
          data-row
          aria-pressed={isOpen}
          onClick={() => onOpen(key)}
          className="min-w-0 truncate text-left font-mono text-xs font-medium -outline-offset-2! after:absolute after:inset-0"
        >
          {resource_id}
        </button>
        <span className="num ml-auto shrink-0 text-xs text-ink-2">
          {queue_length.toLocaleString("en")} waiting
        </span>
      </div>
      <dl className="mt-1 grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 gap-y-0.5 pl-5.5 text-xs [&_dt]:text-ink-3">
        <dt>Held by</dt>
        <dd>
          {holders.length === 0 && (
            <>
              nobody
              {delayed_until && (
                <>
                  ; its last holder was lost, and it stays closed: <Left until={delayed_until} />
                </>
              )}
            </>
          )}
          {holders.map((holder) => (
            <span key={holder.id} className="mr-3 inline-flex flex-wrap items-center gap-1.5">
              <span>
                <PartyInline party={holder} names={names} />
              </span>
              <ModeBadge mode={holder.mode} kind={resource_type} /> {sign(holder)}
            </span>
          ))}
        </dd>
        <dt>Waiting</dt>
        <dd>
          <ol className="flex flex-col gap-0.5">
            {waiters.map((waiter) => (
              <li key={waiter.request_id} className="flex flex-wrap items-center gap-x-2">
                <span className="num w-4 text-right text-ink-3">{waiter.queue_position}.</span>
                <span>
                  <PartyInline party={waiter} names={names} />
                </span>
                <ModeBadge mode={waiter.mode} kind={resource_type} />
                <span className="num text-ink-3">{waitText(waiter)}</span>
                {sign(waiter)}
              </li>
            ))}
          </ol>
          {more > 0 && <span className="num text-ink-3">and {more.toLocaleString("en")} more</span>}
        </dd>
      </dl>
    </li>
  );
});
