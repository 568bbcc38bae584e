import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useAgentNews } from "./agent-news.ts";
import type { AgentCard, CardPage } from "./agent-types.ts";
import { type AgentFilter, agentQueries, CARD_PAGE } from "./queries.ts";

/** The next page is read when its cards are so near. */
const AHEAD = 24;

/**
 * Agents, live: the cards that fit a filter, any number of them. Only the pages in view are held and read again;
 * heartbeats and changes of health are folded in as they come. `onView` tells which places are in view.
 */
export function useAgents(filter: AgentFilter, isReady: boolean) {
  useAgentNews();
  const [reach, setReach] = useState({ first: 1, last: 1 });
  const numbers = Array.from({ length: reach.last - reach.first + 1 }, (_, at) => reach.first + at);
  const readings = useQueries({
    queries: numbers.map((page) => ({ ...agentQueries.cards(filter, page), enabled: isReady })),
  });
  const read = new Map<number, CardPage>();
  readings.forEach(({ data }, at) => {
    if (data) read.set(reach.first + at, data);
  });
  const latest = [...read.values()].at(-1);
  // While a changed filter is read, what was there stays.
  const [before, setBefore] = useState<{ read: Map<number, CardPage>; latest: CardPage }>();
  const now = latest ? { read, latest } : before;
  if (latest && before?.latest !== latest) setBefore({ read, latest });

  const at = (place: number): AgentCard | undefined =>
    now?.read.get(Math.floor(place / CARD_PAGE) + 1)?.agents[place % CARD_PAGE];
  const total = now?.latest.pagination.total ?? 0;
  const known = useRef(total);
  known.current = total;
  const onView = useCallback((from: number, to: number) => {
    const lastPage = Math.max(1, Math.ceil(known.current / CARD_PAGE));
    const pageOf = (place: number) => Math.min(lastPage, Math.max(1, Math.floor(place / CARD_PAGE) + 1));
    const [first, last] = [pageOf(from - AHEAD), pageOf(to + AHEAD)];
    setReach((old) => (old.first === first && old.last === last ? old : { first, last }));
  }, []);
  return {
    isRead: now !== undefined,
    isOld: latest === undefined,
    total,
    counts: now?.latest.counts,
    tags: now?.latest.tags ?? [],
    at,
    onView,
    error: readings.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const { refetch } of readings) void refetch();
    },
  };
}

/** One agent, live in the same way. */
export function useAgent(id: string) {
  useAgentNews();
  return useQuery({ ...agentQueries.one(id), enabled: id !== "" });
}
