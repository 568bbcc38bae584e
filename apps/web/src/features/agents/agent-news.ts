import type { AgentStatus } from "@ade/core/agents/schema";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { hearEvents, type Wire } from "#lib/live.ts";
import type { Agent, AgentCard, CardPage } from "./agent-types.ts";

/** What an event tells of one agent; `before` only where its status changed. */
export type News = {
  id: string;
  status?: AgentStatus;
  before?: AgentStatus;
  active_tasks?: number;
  last_heartbeat_at?: string;
};

/** So long news are gathered before they are shown: at a hundred heartbeats a second the page renders four times. */
const GATHER_MS = 250;

/**
 * What no event tells (tasks, sparklines, who joined a filter) is this old at most. Not the reads' own interval: it begins
 * anew with every fold, and so would never come to its end.
 */
const REREAD_MS = 15_000;

/** The news in an event: a change of health, or the heartbeats of the last second. Pure. */
export function newsOf({ event, payload = {} }: Wire): News[] {
  if (event === "agent:health") return [oneOf(payload)];
  if (event === "agent:beats" && Array.isArray(payload.beats)) return payload.beats.map(oneOf);
  return [];
}

function oneOf(told: Record<string, unknown>): News {
  return {
    id: String(told.agent_id),
    ...(typeof told.status === "string" && { status: told.status as AgentStatus }),
    ...(typeof told.previous_status === "string" && { before: told.previous_status as AgentStatus }),
    ...(typeof told.active_tasks === "number" && { active_tasks: told.active_tasks }),
    ...(typeof told.last_heartbeat_at === "string" && { last_heartbeat_at: told.last_heartbeat_at }),
  };
}

/** Several news of one agent as one: the latest facts, and the status before the first of them. Pure. */
export function gather(news: Map<string, News>, told: readonly News[]): Map<string, News> {
  for (const one of told) {
    const { before } = { ...one, ...news.get(one.id) };
    news.set(one.id, { ...news.get(one.id), ...one, ...(before && { before }) });
  }
  return news;
}

/** An agent with what is new of it; the same object where nothing is. Pure. */
export function foldAgent<A extends Agent | AgentCard>(agent: A, news: News | undefined): A {
  if (!news) return agent;
  const status = news.status ?? agent.status;
  const active_tasks = news.active_tasks ?? agent.capacity.active_tasks;
  return {
    ...agent,
    status,
    paused: news.status ? status === "paused" : agent.paused,
    draining: news.status ? status === "draining" || (agent.draining && status === "stale") : agent.draining,
    last_heartbeat_at: news.last_heartbeat_at ?? agent.last_heartbeat_at,
    capacity: { ...agent.capacity, active_tasks },
  };
}

/** A page of cards with the news folded in, its counts by status too; rows stay where they are. Pure. */
export function foldPage(page: CardPage, news: ReadonlyMap<string, News>): CardPage {
  const counts: Record<string, number> = { ...page.counts };
  for (const { status, before } of news.values()) {
    if (!status || !before || status === before) continue;
    counts[before] = Math.max(0, (counts[before] ?? 0) - 1);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  const agents = page.agents.map((agent) => foldAgent(agent, news.get(agent.id)));
  return { ...page, agents, counts: counts as CardPage["counts"] };
}

function foldInto(client: QueryClient, news: ReadonlyMap<string, News>): void {
  client.setQueriesData<CardPage>({ queryKey: ["agents", "cards"] }, (page) => page && foldPage(page, news));
  for (const [id, one] of news) {
    client.setQueryData<Agent>(["agent", id, "entry"], (agent) => agent && foldAgent(agent, one));
  }
}

/** Keeps what is on screen of agents true by the events of the page's stream, without a read for any of them. */
export function useAgentNews(): void {
  const client = useQueryClient();
  useEffect(() => {
    let news = new Map<string, News>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      const gathered = news;
      news = new Map();
      timer = undefined;
      foldInto(client, gathered);
    };
    const hear = (message: Wire) => {
      const told = newsOf(message);
      if (told.length === 0) return;
      gather(news, told);
      timer ??= setTimeout(flush, GATHER_MS);
    };
    const stop = hearEvents(hear);
    const rereading = setInterval(() => {
      void client.invalidateQueries({
        predicate: ({ queryKey: [kind, which, part] }) =>
          (kind === "agents" && which === "cards") || (kind === "agent" && part === "entry"),
      });
    }, REREAD_MS);
    return () => {
      stop();
      clearInterval(rereading);
      clearTimeout(timer);
    };
  }, [client]);
}
