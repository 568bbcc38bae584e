import type { ContendedKey, Lock, LockGraph, QueuedLock } from "@ade/core/locks/schema";
import { useQuery } from "@tanstack/react-query";
import { LockOpen, X } from "lucide-react";
import { IconButton } from "#components/ui/button.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Left } from "#components/ui/time.tsx";
import { Notes } from "#features/task/notes.tsx";
import { useMedia } from "#lib/media.ts";
import { queries } from "#lib/queries.ts";
import { HolderCard } from "./holder-card.tsx";
import { KeyQueue } from "./key-queue.tsx";
import { splitKey } from "./lock-filter.ts";
import { KindIcon } from "./lock-parts.tsx";
import type { Names } from "./use-names.ts";

type Props = {
  lockKey: string;
  names: Names;
  close: () => void;
  onOpen: (key: string) => void;
  onRelease: (lock: Lock) => void;
};

/** One key: who holds it and what those wait for themselves, and the queue; beside the list, or over it. */
export function KeyPanel(props: Props) {
  const isBeside = useMedia("(min-width: 64rem)");
  if (!isBeside) {
    return (
      <Sheet label={props.lockKey} close={props.close}>
        <PanelContent {...props} />
      </Sheet>
    );
  }
  return (
    <aside
      aria-label="Who holds it and who waits"
      className="flex w-[clamp(24rem,34vw,32rem)] shrink-0 flex-col border-l border-line bg-surface"
    >
      <PanelContent {...props} />
    </aside>
  );
}

function PanelContent({ lockKey, names, close, onOpen, onRelease }: Props) {
  const parts = splitKey(lockKey);
  const held = useQuery({ ...queries.locks(parts ?? {}, ""), enabled: parts !== null });
  const graph = useQuery(queries.lockGraph());
  return (
    <>
      <header className="flex shrink-0 items-center gap-2 border-b border-line py-2.5 pr-2 pl-4">
        {parts && <KindIcon kind={parts.resource_type} />}
        <h2 className="min-w-0 flex-1 font-mono text-sm leading-snug font-semibold break-all">
          {parts?.resource_id ?? lockKey}
        </h2>
        <IconButton label="Close" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">
        {held.data ? (
          <KeyBody
            locks={held.data.locks}
            contended={graph.data?.keys.find(({ key }) => key === lockKey)}
            graph={graph.data}
            names={names}
            onOpen={onOpen}
            onRelease={onRelease}
          />
        ) : held.error || !parts ? (
          <ProblemState error={held.error} what="This lock" retry={() => void held.refetch()} />
        ) : (
          <SkeletonRows rows={5} className="-mx-4" />
        )}
      </div>
    </>
  );
}

type BodyProps = {
  locks: readonly QueuedLock[];
  contended: ContendedKey | undefined;
  graph: LockGraph | undefined;
  names: Names;
  onOpen: (key: string) => void;
  onRelease: (lock: Lock) => void;
};

function KeyBody({ locks, contended, graph, names, onOpen, onRelease }: BodyProps) {
  const [first] = locks;
  const queue = first?.queue ?? contended?.queue ?? [];
  const length = first?.queue_length ?? contended?.queue_length ?? 0;
  if (!first && length === 0) {
    return (
      <PageState icon={LockOpen} title="It is free">
        Nobody holds this key and nobody waits for it.
      </PageState>
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <section aria-label="Holders" className="flex flex-col gap-2">
        <h3 className="flex items-baseline gap-2 font-semibold">
          {locks.length > 1 ? "Held by" : first ? "Held by" : "Held by nobody"}
          {locks.length > 1 && <span className="num text-xs font-normal text-ink-3">{locks.length}</span>}
        </h3>
        {contended?.delayed_until && (
          <Notes
            tone="warn"
            notes={[
              "Its last holder was lost without giving it back. It stays closed for a while, so that a late write of that holder meets nobody.",
            ]}
          />
        )}
        {contended?.delayed_until && (
          <p className="text-xs text-ink-2">
            Opens again: <Left until={contended.delayed_until} />
          </p>
        )}
        {locks.map((lock) => (
          <HolderCard
            key={lock.id}
            lock={lock}
            graph={graph}
            names={names}
            onOpen={onOpen}
            onRelease={() => onRelease(lock)}
          />
        ))}
      </section>
      <section aria-label="Queue" className="flex flex-col gap-2">
        <h3 className="flex items-baseline gap-2 font-semibold">
          Queue{" "}
          <span className="num text-xs font-normal text-ink-3">{length.toLocaleString("en")} waiting</span>
        </h3>
        {length === 0 ? (
          <p className="text-ink-3">Nobody waits for it.</p>
        ) : (
          <KeyQueue
            queue={queue}
            length={length}
            kind={first?.resource_type ?? contended?.resource_type ?? "resource"}
            names={names}
          />
        )}
      </section>
    </div>
  );
}
