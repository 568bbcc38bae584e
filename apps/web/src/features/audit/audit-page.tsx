import type { AuditEntry, AuditQuery } from "@ade/core/ledger/schema";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button } from "#components/ui/button.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { api } from "#lib/api.ts";
import { useUrlState } from "#lib/url-state.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditLine } from "./audit-line.tsx";
import { ChainBadge } from "./chain-badge.tsx";

const PAGE = 100;

/** Everything that happened, newest first, and whether the record still holds. */
export function AuditPage() {
  const url = useUrlState();
  const filter = readFilter(url.text);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ signal, pageParam }) =>
      api.audit.list.query({ ...filter, limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 10_000,
  });
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];

  return (
    <>
      <PageBar title="Audit" note={<ChainBadge />}>
        <AuditFilters url={url} />
      </PageBar>
      <section aria-label="Ledger" className="@container min-h-0 flex-1 overflow-y-auto">
        {error && !data ? (
          <ProblemState error={error} what="The ledger" retry={() => void refetch()} />
        ) : !data ? (
          <SkeletonRows rows={20} />
        ) : entries.length === 0 ? (
          <PageState icon={ScrollText} title="No entry fits the filter">
            Every state of a task and every act of an admin is an entry here. Widen the time or clear a facet.
          </PageState>
        ) : (
          <>
            <ol aria-label="Entries, newest first">
              {entries.map((entry: AuditEntry) => (
                <AuditLine key={entry.id} entry={entry} choose={url.set} />
              ))}
            </ol>
            <p className="flex items-center justify-center gap-3 py-4 text-xs text-ink-3">
              <span className="num">{entries.length} shown</span>
              {hasNextPage ? (
                <Button size="small" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Load older
                </Button>
              ) : (
                <span>· the beginning</span>
              )}
            </p>
          </>
        )}
      </section>
    </>
  );
}

function readFilter(text: (name: string) => string): Partial<AuditQuery> {
  const filter: Partial<AuditQuery> = {};
  for (const name of ["task_id", "actor_id", "action", "entity_id"] as const) {
    if (text(name)) filter[name] = text(name);
  }
  // The fields give local time without a zone; the server wants a moment.
  for (const name of ["from", "to"] as const) {
    const at = Date.parse(text(name));
    if (!Number.isNaN(at)) filter[name] = new Date(at).toISOString();
  }
  return filter;
}
