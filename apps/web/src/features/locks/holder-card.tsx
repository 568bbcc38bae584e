import type { Lock, LockGraph } from "@ade/core/locks/schema";
import { ArrowRight } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { ModeBadge, PartyName } from "./lock-parts.tsx";
import { TimeToLive } from "./time-to-live.tsx";
import type { Names } from "./use-names.ts";
import { ownerNode } from "./wait-graph.ts";

type Props = {
  lock: Lock;
  graph: LockGraph | undefined;
  names: Names;
  onOpen: (key: string) => void;
  onRelease: () => void;
};

/** One holder of a key, and what it waits for itself: the way to whoever has to move first. */
export function HolderCard({ lock, graph, names, onOpen, onRelease }: Props) {
  const owner = ownerNode(lock);
  const waits = (graph?.keys ?? []).flatMap((key) => {
    const waiter = key.queue.find((each) => ownerNode(each) === owner);
    return waiter ? [{ key, waiter }] : [];
  });
  return (
    <div className="card flex flex-col gap-2 px-3 py-2.5">
      <div className="flex items-start gap-2">
        <span className="min-w-0 flex-1">
          <PartyName party={lock} names={names} />
        </span>
        <ModeBadge mode={lock.mode} kind={lock.resource_type} />
      </div>
      {lock.purpose && <p className="text-ink-2">{lock.purpose}</p>}
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs [&_dt]:text-ink-3">
        <dt>Held since</dt>
        <dd>
          <Ago at={lock.acquired_at} />
        </dd>
        <dt>Time to live</dt>
        <dd>
          <TimeToLive lock={lock} />
        </dd>
        <dt>Fencing token</dt>
        <dd className="num font-mono break-all select-all">{lock.fencing_token}</dd>
      </dl>
      {waits.map(({ key, waiter }) => (
        <p key={key.key} className="flex items-baseline gap-1.5 text-xs text-warn">
          <ArrowRight size={12} aria-hidden className="shrink-0 self-center" />
          <span className="min-w-0">
            waits itself, at place <span className="num">{waiter.queue_position}</span>, for{" "}
            <button type="button" onClick={() => onOpen(key.key)} className="link font-mono break-all">
              {key.resource_id}
            </button>
            {key.holders[0] && <> that {names.nameOf(key.holders[0].agent_id)} holds</>}
          </span>
        </p>
      ))}
      <div className="flex justify-end">
        <Button
          size="small"
          look="danger"
          acts
          onClick={onRelease}
          aria-label={`Force the release by ${names.nameOf(lock.agent_id)}`}
        >
          Force release…
        </Button>
      </div>
    </div>
  );
}
