import { expect, test } from "vitest";
import { foldAgent, foldPage, gather, type News, newsOf } from "./agent-news.ts";
import type { AgentCard, CardPage } from "./agent-types.ts";

const card = (id: string, status: AgentCard["status"]) =>
  ({
    id,
    status,
    paused: false,
    draining: false,
    last_heartbeat_at: null,
    capacity: { max_tasks: 10, active_tasks: 0 },
  }) as unknown as AgentCard;
const page = {
  agents: [card("a", "idle"), card("b", "active")],
  counts: { idle: 1, active: 1 },
} as unknown as CardPage;

test("heartbeats of a second are as many news, other events none", () => {
  const beats = [
    { agent_id: "a", active_tasks: 1, last_heartbeat_at: "2026-11-21T12:00:00Z" },
    { agent_id: "b", active_tasks: 2, last_heartbeat_at: "2026-11-21T12:00:00Z" },
  ];
  expect(newsOf({ event: "agent:beats", payload: { beats } }).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(newsOf({ event: "task:created", payload: {} })).toEqual([]);
});

test("a batch counts each agent once, from where it began to where it is", () => {
  const news = gather(new Map<string, News>(), [
    { id: "a", status: "active", before: "idle", active_tasks: 2 },
    { id: "a", status: "stale", before: "active" },
    { id: "elsewhere", status: "idle", before: "unknown" },
  ]);
  const folded = foldPage(page, news);
  expect(folded.agents.map(({ status }) => status)).toEqual(["stale", "active"]);
  expect(folded.counts).toMatchObject({ idle: 1, active: 1, stale: 1, unknown: 0 });
  expect(folded.agents[0]?.capacity.active_tasks).toBe(2);
});

test("an agent without news stays the same object, so that its card is not drawn again", () => {
  expect(foldPage(page, new Map()).agents[0]).toBe(page.agents[0]);
  expect(foldAgent(page.agents[1]!, { id: "b", active_tasks: 5 })).not.toBe(page.agents[1]);
});

test("a pause that somebody else sets is seen in the buttons too", () => {
  expect(foldAgent(page.agents[0]!, { id: "a", status: "paused", before: "idle" }).paused).toBe(true);
});
