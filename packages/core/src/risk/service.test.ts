import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemActor } from "../kernel/actor.ts";
import { randomIds } from "../kernel/ids.ts";
import { DEFAULT_RISK_SETTINGS } from "./settings.ts";
import { findHistory } from "./store.ts";

let core: TestCore;
let risk: TestCore["risk"];

beforeAll(async () => {
  core = await makeCore();
  risk = core.risk;
});
afterAll(() => core?.dispose());

/** Stores a task as it would be after it ended; without a result one that was cancelled before it was applied. */
async function ended(type: string, result: string | null, keys: string[], daysAgo = 1) {
  const state = result === null ? "CANCELLED" : "COMPLETED";
  const person = randomIds.uuid();
  await core.connections.prisma.task.create({
    data: {
      ...{ id: randomIds.uuid(), type, state, result, description: "d", resource_keys: keys },
      ...{ author_id: person, author_name: "Ann", editor_id: person },
      completed_at: new Date(Date.now() - daysAgo * 86_400_000),
    },
  });
}

describe("findHistory", () => {
  test("counts failures over completed tasks of the type on overlapping resources in 90 days", async () => {
    const [a, b, c] = ["database:default/a", "database:default/b", "database:default/c"] as const;
    await ended("h", "success", [a]);
    await ended("h", "failure", [a, b]);
    await ended("h", "timeout", [b], 89);
    await ended("h", "unknown", [a]);
    await ended("h", "failure", [a], 91);
    await ended("h", "cancelled", [a]);
    await ended("h", "failure", [c]);
    await ended("other", "failure", [a]);
    await ended("h", null, [a]);
    expect(await findHistory(core.connections.pool, "h", [a])).toEqual({ failures: 2, completed: 3 });
    expect(await findHistory(core.connections.pool, "h", [a, b])).toEqual({ failures: 3, completed: 4 });
    expect(await findHistory(core.connections.pool, "h", ["database:default/never"])).toEqual({
      failures: 0,
      completed: 0,
    });
    expect(await findHistory(core.connections.pool, "h", [])).toEqual({ failures: 0, completed: 0 });
  });
});

describe("assess", () => {
  const input = (type: string) => ({
    type,
    resources: [
      { type: "service" as const, id: "API", scope: "namespace" as const, actions: ["write" as const] },
    ],
    keys: [],
    catalogue: [],
    preview: null,
    worst_case: 60,
    reach: { resources: [], services: [], via: null, truncated: false },
  });

  test("takes the history of the declared resources under their canonical names", async () => {
    for (let index = 0; index < 5; index++) await ended("assess", "failure", ["service:default/api"]);
    const rate = async (type: string) =>
      (await risk.assess(input(type))).factors.find((factor) => factor.name === "historical_failure_rate");
    expect(await rate("assess")).toMatchObject({ value: 55 });
    expect(await rate("never-run")).toMatchObject({ value: 10 });
  });

  test("takes weights and bands from the settings, which are versioned by the ledger", async () => {
    expect(await risk.settings()).toEqual({ ...DEFAULT_RISK_SETTINGS, version: 0 });
    const before = await risk.assess(input("settings"));
    const settings = {
      weights: { resource_criticality: 0, change_magnitude: 1, blast_radius: 0, historical_failure_rate: 0 },
      bands: { medium_from: 10, high_from: 60, critical_from: 90 },
    };
    await risk.updateSettings(systemActor("test"), settings);
    expect(await risk.settings()).toEqual({ ...settings, version: 1 });
    expect(await risk.assess(input("settings"))).toMatchObject({ score: 60, level: "HIGH" });
    expect(before.score).not.toBe(60);
    const entry = await core.connections.prisma.ledger_entry.findFirst({
      where: { action: "setting.updated" },
    });
    expect(entry?.detail).toEqual({ before: DEFAULT_RISK_SETTINGS, after: settings, version: 1 });
  });

  test("of admins who change them at once or from an older version, one does", async () => {
    const { version, ...settings } = await risk.settings();
    const change = () => risk.updateSettings(systemActor("test"), settings);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, change));
    const won = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect((await risk.settings()).version).toBe(version + won);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "CONFLICT" });
    }
    await expect(risk.updateSettings(systemActor("test"), { ...settings, version })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await risk.updateSettings(systemActor("test"), { ...settings, version: version + won });
  });
});
