import { expect, test } from "vitest";
import { rateOf, ratesFor, rateText } from "./rates.ts";

test("counts tasks and calls of tools, each apart, and nothing else", () => {
  const limits = { tasks_per_day: 200, tasks_per_hour: 20.9, tool_calls_per_minute: 1, tokens_per_day: 5 };
  expect(ratesFor("configuration.file", limits)).toEqual([
    { name: "tasks_per_day", counted: "tasks", most: 200, window_seconds: 86_400 },
    { name: "tasks_per_hour", counted: "tasks", most: 20, window_seconds: 3_600 },
  ]);
  expect(ratesFor("agent.tool_call", limits).map(rateText)).toEqual(["1 tool call per minute"]);
  expect(rateOf("tasks_per_day", 1e300)?.most).toBe(1_000_000_000);
  for (const name of ["cost_per_day_usd", "tasks_per_week", "my_tasks_per_hour", "tasks_per_hour_max"]) {
    expect(rateOf(name, 1)).toBe(null);
  }
});
