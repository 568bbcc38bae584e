import { useInfiniteQuery } from "@tanstack/react-query";
import { HeartHandshake } from "lucide-react";
import { useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { queries } from "#lib/queries.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import { DeadlockCard } from "./deadlock-card.tsx";
import type { Names } from "./use-names.ts";

type Props = { names: Names; onOpen: (key: string) => void };

/** Every deadlock that was found and ended, newest first, with its explanation. */
export function DeadlocksTab({ names, onOpen }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    queries.deadlocks(),
  );
  useRowKeys(list);
  const deadlocks = data?.pages.flatMap((page) => page.deadlocks) ?? [];
  return (
    <section
      id="content"
      tabIndex={-1}
      aria-label="Deadlocks"
      className="@container min-h-0 flex-1 overflow-y-auto outline-none!"
    >
      {error && !data ? (
        <ProblemState error={error} what="The deadlocks" retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows />
      ) : deadlocks.length === 0 ? (
        <PageState icon={HeartHandshake} title="No deadlock so far">
          When owners wait for each other in a circle, one of them is chosen to give way within two seconds.
          What happened and why that one was chosen is kept here.
        </PageState>
      ) : (
        <div className="mx-auto max-w-5xl p-4 max-sm:p-3">
          <ol ref={list} aria-label="Deadlocks, newest first" className="flex flex-col gap-3">
            {deadlocks.map((deadlock) => (
              <li key={deadlock.id} className="card px-4 py-3">
                <DeadlockCard deadlock={deadlock} names={names} onOpen={onOpen} />
              </li>
            ))}
          </ol>
          <p className="flex items-center justify-center gap-3 py-4 text-xs text-ink-3">
            <span className="num">{deadlocks.length} shown</span>
            {hasNextPage ? (
              <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Load older
              </Button>
            ) : (
              <span>· the first</span>
            )}
          </p>
        </div>
      )}
    </section>
  );
}
