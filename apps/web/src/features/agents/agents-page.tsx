import type { AgentStatus } from "@ade/core/agents/schema";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button } from "#components/ui/button.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { useKeys } from "#lib/keys.ts";
import { useMedia } from "#lib/media.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useRowKeys } from "#lib/row-keys.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import { AgentFilters } from "./agent-filters.tsx";
import { AgentList, type AgentsView } from "./agent-list.tsx";
import { AgentsEmpty, AgentsSkeleton } from "./agents-empty.tsx";
import { STATUSES } from "./health.tsx";
import { agentOverview, agentPages } from "./queries.ts";

const CreateAgent = onDemand(() => import("./create-agent.tsx").then((file) => file.CreateAgent));
const AgentSheet = onDemand(() => import("./agent-sheet.tsx").then((file) => file.AgentSheet));

/** Who proposes changes without being a person: how they are, what they carry, who answers for them. */
export function AgentsPage() {
  const me = useMe();
  const url = useUrlState();
  const status: AgentStatus | "" = STATUSES.find((each) => each === url.text("status")) ?? "";
  const filter = { search: url.text("q"), status, tag: url.text("tag") };
  const isPhone = useMedia("(max-width: 40rem)");
  const view: AgentsView = url.text("view") === "list" && !isPhone ? "list" : "grid";
  const openId = url.text("agent");
  const [creating, setCreating] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const query = useInfiniteQuery({ ...agentPages(filter), enabled: url.isReady });
  const overview = useQuery(agentOverview());
  const agents = query.data?.pages.flatMap((page) => page.agents) ?? [];
  const total = query.data?.pages[0]?.pagination.total;
  const isAdmin = me?.roles.includes("admin") ?? false;
  const create = isAdmin ? () => setCreating(true) : undefined;

  useRowKeys(list);
  useKeys({ create: () => (create ? create() : false) });

  return (
    <>
      <PageBar title="Agents" note={total !== undefined && <span className="num text-ink-3">{total}</span>}>
        <AgentFilters filter={filter} view={view} overview={overview.data} set={url.set} create={create} />
      </PageBar>
      <div ref={list} className="@container min-h-0 flex-1 overflow-y-auto p-4 max-sm:p-3">
        {query.data ? (
          agents.length > 0 ? (
            <>
              <AgentList agents={agents} view={view} me={me} open={(id) => url.set({ agent: id }, "push")} />
              {query.hasNextPage && (
                <div className="grid place-items-center pt-4">
                  <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Show more
                  </Button>
                </div>
              )}
            </>
          ) : (
            <AgentsEmpty
              isFiltered={filter.search !== "" || filter.status !== "" || filter.tag !== ""}
              clear={() => url.set({ q: null, status: null, tag: null })}
              create={create}
            />
          )
        ) : query.error ? (
          <ProblemState error={query.error} what="The agents" retry={() => void query.refetch()} />
        ) : (
          <AgentsSkeleton />
        )}
      </div>
      {creating && <CreateAgent close={() => setCreating(false)} />}
      {openId && <AgentSheet id={openId} me={me} close={() => url.set({ agent: null })} />}
    </>
  );
}
