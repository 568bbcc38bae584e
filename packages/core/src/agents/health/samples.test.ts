import { describe, expect, test } from "vitest";
import type { AgentStatus } from "../schema.ts";
import { condense, fillSamples, type HealthRow } from "./samples.ts";

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 9, minutes));
const row = (minutes: number, status: AgentStatus, active_tasks_max = 0): HealthRow => ({
  from: at(minutes),
  status,
  active_tasks_max,
});
const span = { from: at(0), to: at(70) };
const statuses = (rows: HealthRow[], now: AgentStatus = "stale") =>
  fillSamples(rows, span, now).map(({ status }) => status);

describe("an agent's history of health", () => {
  test("has every quarter of an hour, and tells silence from never having been heard", () => {
    expect(fillSamples([row(15, "active", 3)], span, "idle")).toEqual([
      { from: at(0).toISOString(), status: "unknown", active_tasks_max: 0 },
      { from: at(15).toISOString(), status: "active", active_tasks_max: 3 },
      { from: at(30).toISOString(), status: "stale", active_tasks_max: 0 },
      { from: at(45).toISOString(), status: "stale", active_tasks_max: 0 },
      { from: at(60).toISOString(), status: "idle", active_tasks_max: 0 },
    ]);
  });

  test("goes on from what was before it, and keeps what people set while nothing is heard", () => {
    expect(statuses([row(-60, "idle"), row(45, "idle")])).toEqual([
      "stale",
      "stale",
      "stale",
      "idle",
      "stale",
    ]);
    expect(statuses([row(0, "idle"), row(15, "paused")], "paused")).toEqual([
      ...["idle", "paused", "paused", "paused", "paused"],
    ]);
    expect(statuses([], "unknown")).toEqual(Array(5).fill("unknown"));
  });

  test("is drawn by the worst of each half hour, the newest one last", () => {
    const samples = fillSamples(
      [row(0, "idle"), row(15, "active"), row(30, "stale"), row(45, "idle")],
      span,
      "idle",
    );
    expect(condense(samples.slice(0, 4), 2, 48)).toEqual(["active", "stale"]);
    expect(condense(samples, 2, 1)).toEqual(["idle"]);
  });
});
