import { useRouter } from "next/router";
import { useMemo, useRef } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { useKeys } from "#lib/keys.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import { AgentFilters } from "./agent-filters.tsx";
import { AgentGrid, type AgentsView } from "./agent-grid.tsx";
import { AgentsEmpty, AgentsSkeleton } from "./agents-empty.tsx";
import { FILTERS, filterOf } from "./list-filter.ts";
import { SimulatedAgent } from "./simulated-agent.tsx";
import { useAgents } from "./use-agents.ts";

/** Who proposes changes without being a person: how they are, what they carry, who answers for them. */
export function AgentsPage() {
  const router = useRouter();
  const me = useMe();
  const url = useUrlState();
  const view: AgentsView = url.text("view") === "list" ? "list" : "grid";
  const asked = JSON.stringify(filterOf(url.text));
  const filter = useMemo(() => JSON.parse(asked) as ReturnType<typeof filterOf>, [asked]);
  const agents = useAgents(filter, url.isReady);
  const list = useRef<HTMLDivElement>(null);
  // What is there is of another filter, and the one that was asked for could not be read.
  const isFailed = agents.error !== null && (agents.isOld || !agents.isRead);
  const mayCreate = me?.roles.includes("admin") ?? false;

  useRowKeys(list);
  useKeys({ create: () => (mayCreate ? void router.push("/agents/new") : false) });

  return (
    <>
      <PageBar
        title="Agents"
        note={agents.isRead && <span className="num text-ink-3">{agents.total.toLocaleString("en")}</span>}
      >
        <AgentFilters url={url} view={view} counts={agents.counts} tags={agents.tags} mayCreate={mayCreate} />
      </PageBar>
      <SimulatedAgent />
      {agents.isRead && agents.total > 0 && !isFailed ? (
        <AgentGrid
          key={asked + view}
          ref={list}
          total={agents.total}
          at={agents.at}
          view={view}
          me={me}
          isOld={agents.isOld}
          onView={agents.onView}
        />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">
          {isFailed ? (
            <ProblemState error={agents.error} what="The agents" retry={agents.retry} />
          ) : agents.isRead ? (
            <AgentsEmpty
              isFiltered={FILTERS.some((name) => url.text(name) !== "")}
              clear={() => url.set(Object.fromEntries(FILTERS.map((name) => [name, null])))}
              mayCreate={mayCreate}
            />
          ) : (
            <AgentsSkeleton isFull={view === "grid"} />
          )}
        </div>
      )}
    </>
  );
}
