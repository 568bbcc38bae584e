import type { AgentStatus } from "@ade/core/agents/schema";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "#lib/api.ts";

const PAGE = 60;
/** As often as agents send heartbeats: events tell a change of health, not each beat. */
const HEARTBEAT_MS = 10_000;

export type AgentFilter = { search: string; status: AgentStatus | ""; tag: string };

/** The agents that fit, page after page; read again when one's health changes. */
export const agentPages = ({ search, status, tag }: AgentFilter) =>
  infiniteQueryOptions({
    queryKey: ["agents", "list", search, status, tag],
    queryFn: ({ signal, pageParam }) =>
      api.agents.list.query(
        {
          limit: PAGE,
          ...(search && { search }),
          ...(status && { status }),
          ...(tag && { tag }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.pagination.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: HEARTBEAT_MS,
  });

/** The first hundred whatever the filters: which tags there are, and how many are how. */
export const agentOverview = () =>
  queryOptions({
    queryKey: ["agents", "overview"],
    queryFn: ({ signal }) => api.agents.list.query({ limit: 100 }, { signal }),
    refetchInterval: HEARTBEAT_MS,
  });
