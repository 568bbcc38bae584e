import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "#lib/api.ts";
import type { CardQuery } from "./agent-types.ts";

/** Cards that are read at once. */
export const CARD_PAGE = 60;
const GRANTS_MS = 15_000;
const TEST_POLL_MS = 400;

export type AgentFilter = Omit<CardQuery, "page" | "limit" | "cursor">;

/** What the pages of agents read. Keys under `agents` are of many, under `agent` of one. */
export const agentQueries = {
  /** One page of the cards that fit. */
  cards: (filter: AgentFilter, page: number) =>
    queryOptions({
      queryKey: ["agents", "cards", filter, page],
      queryFn: ({ signal }) => api.views.agentCards.query({ ...filter, page, limit: CARD_PAGE }, { signal }),
      gcTime: 60_000,
    }),
  one: (id: string) =>
    queryOptions({
      queryKey: ["agent", id, "entry"],
      queryFn: ({ signal }) => api.agents.get.query({ id }, { signal }),
    }),
  summary: (id: string) =>
    queryOptions({
      queryKey: ["agent", id, "summary"],
      queryFn: ({ signal }) => api.agents.summary.query({ id }, { signal }),
    }),
  history: (id: string) =>
    infiniteQueryOptions({
      queryKey: ["agent", id, "history"],
      queryFn: ({ signal, pageParam }) =>
        api.agents.history.query({ id, limit: 20, page: pageParam }, { signal }),
      initialPageParam: 1,
      getNextPageParam: ({ pagination }) => (pagination.has_more ? pagination.page + 1 : undefined),
    }),
  health: (id: string) =>
    queryOptions({
      queryKey: ["agent", id, "health"],
      queryFn: ({ signal }) => api.agents.health.query({ id, hours: 24 }, { signal }),
      refetchInterval: 60_000,
    }),
  grants: (id: string) =>
    queryOptions({
      queryKey: ["agent", id, "grants"],
      queryFn: ({ signal }) => api.agents.grants.list.query({ id }, { signal }),
      refetchInterval: GRANTS_MS,
    }),
  catalogue: () =>
    queryOptions({
      queryKey: ["agent_catalogue"],
      queryFn: ({ signal }) => api.agents.catalogue.query(undefined, { signal }),
      staleTime: 300_000,
    }),
  drafts: () =>
    queryOptions({
      queryKey: ["agent_drafts"],
      queryFn: ({ signal }) => api.agents.draft.list.query(undefined, { signal }),
    }),
  /** A connection test, asked until it is done; events ask sooner. */
  test: (id: string) =>
    queryOptions({
      queryKey: ["connection_test", id],
      queryFn: ({ signal }) => api.agents.test.get.query({ id }, { signal }),
      refetchInterval: ({ state }) => (state.data?.state === "done" ? false : TEST_POLL_MS),
      staleTime: 0,
    }),
};
