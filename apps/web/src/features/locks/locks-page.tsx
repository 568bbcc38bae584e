import type { Lock } from "@ade/core/locks/schema";
import { useQuery } from "@tanstack/react-query";
import { LockOpen } from "lucide-react";
import { useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { queries } from "#lib/queries.ts";
import { useUrlState } from "#lib/url-state.ts";
import { LockLine, LocksHead } from "./lock-line.tsx";

/** Spelled here: the schema's own list would bring zod into the page. */
const KINDS = ["task", "resource", "agent"] as const satisfies readonly Lock["resource_type"][];

const ForceRelease = onDemand(() => import("./force-release.tsx").then((file) => file.ForceRelease));

/** Who holds what, for how long still, and a way to take it away. */
export function LocksPage() {
  const url = useUrlState();
  const kind = url.text("kind");
  const search = url.text("q");
  const { data, error, refetch } = useQuery({ ...queries.locks(), refetchInterval: 5000 });
  const [releasing, setReleasing] = useState<Lock | null>(null);
  const shown = data?.locks.filter((lock) => fits(lock, kind, search.toLowerCase())) ?? [];

  return (
    <>
      <PageBar
        title="Locks"
        note={data && <span className="num text-ink-3">{data.pagination.total} held</span>}
      >
        <select
          aria-label="Kind"
          className="field w-32!"
          value={kind}
          onChange={(event) => url.set({ kind: event.target.value })}
        >
          <option value="">All kinds</option>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <input
          type="search"
          aria-label="Filter locks"
          placeholder="Key, holder or purpose"
          defaultValue={search}
          onChange={(event) => url.set({ q: event.target.value.trim() })}
          className="field w-52! max-sm:w-40!"
        />
      </PageBar>
      <section aria-label="Held locks" className="@container min-h-0 flex-1 overflow-y-auto">
        {error && !data ? (
          <ProblemState error={error} what="Locks" retry={() => void refetch()} />
        ) : !data ? (
          <SkeletonRows rows={10} />
        ) : shown.length === 0 ? (
          <NothingHeld isFiltered={data.locks.length > 0} />
        ) : (
          <table className="w-full border-collapse max-sm:block">
            <caption className="sr-only">Held locks, with holder, fencing token and time to live</caption>
            <LocksHead />
            <tbody className="max-sm:block">
              {shown.map((lock) => (
                <LockLine key={lock.id} lock={lock} onRelease={() => setReleasing(lock)} />
              ))}
            </tbody>
          </table>
        )}
      </section>
      {releasing && <ForceRelease lock={releasing} close={() => setReleasing(null)} />}
    </>
  );
}

function fits(lock: Lock, kind: string, search: string): boolean {
  if (kind && lock.resource_type !== kind) return false;
  const text = `${lock.key} ${lock.agent_id} ${lock.owner_id} ${lock.purpose ?? ""}`.toLowerCase();
  return search === "" || text.includes(search);
}

function NothingHeld({ isFiltered }: { isFiltered: boolean }) {
  return (
    <PageState icon={LockOpen} title={isFiltered ? "No lock fits the filter" : "Nothing is locked"}>
      {isFiltered
        ? "Clear the filter to see every lock that is held."
        : "A worker takes a task's locks right before it applies it, and gives them back right after. They appear here by themselves."}
    </PageState>
  );
}
