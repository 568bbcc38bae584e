import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventDraft } from "../../ledger/schema.ts";
import { createBeats } from "./beats.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the heartbeats of a second are one event, with the last of each agent", () => {
  const sent: EventDraft[] = [];
  const tell = createBeats((event) => sent.push(event));
  const beat = (agent_id: string, active_tasks: number) =>
    tell({ agent_id, active_tasks, last_heartbeat_at: "2026-11-21T12:00:00.000Z" });
  for (let each = 0; each < 100; each += 1) beat(`agent-${each}`, 0);
  beat("agent-7", 3);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(sent).toHaveLength(1);
  // People who may read all agents hear of all, not only admins.
  expect(sent[0]?.channels).toContain("agents");
  const beats = sent[0]?.payload?.beats as { agent_id: string; active_tasks: number }[];
  expect(beats).toHaveLength(100);
  expect(beats.find(({ agent_id }) => agent_id === "agent-7")).toMatchObject({ active_tasks: 3 });

  vi.advanceTimersByTime(5000);
  expect(sent).toHaveLength(1);
  beat("agent-1", 0);
  vi.advanceTimersByTime(1000);
  expect(sent).toHaveLength(2);
});
