import { expect, test } from "vitest";
import { RISK_FACTORS } from "./schema.ts";
import { DEFAULT_RISK_SETTINGS } from "./settings.ts";
import { settingsEffect } from "./settings-effect.ts";

const task = (id: string, ...values: number[]) => ({
  ...{ id, title: id },
  factors: RISK_FACTORS.map((name, index) => ({
    ...{ name, value: values[index]!, weight: 0, contribution: 0, explanation: "" },
  })),
});

test("tells the bands before and after, and what moves most first", () => {
  const tasks = [task("a", 100, 0, 0, 0), task("b", 0, 100, 0, 0), task("c", 0, 0, 0, 0)];
  const weights = {
    resource_criticality: 0.8,
    change_magnitude: 0.2,
    blast_radius: 0,
    historical_failure_rate: 0,
  };
  const found = settingsEffect(tasks, DEFAULT_RISK_SETTINGS, { ...DEFAULT_RISK_SETTINGS, weights });
  expect(found.levels).toEqual([
    { level: "LOW", before: 1, after: 2 },
    { level: "MEDIUM", before: 2, after: 0 },
    { level: "HIGH", before: 0, after: 0 },
    { level: "CRITICAL", before: 0, after: 1 },
  ]);
  expect(found.moved.map(({ id, before, after }) => [id, before.score, after.score])).toEqual([
    ["a", 40, 80],
    ["b", 30, 20],
  ]);
  expect(settingsEffect(tasks, DEFAULT_RISK_SETTINGS, DEFAULT_RISK_SETTINGS).moved).toEqual([]);
});
