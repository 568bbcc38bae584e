import { systemActor } from "@ade/core/kernel/actor";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasHistory, writeHistory } from "./demo-history.ts";

const NOW = new Date("2026-11-20T18:00:00Z");
const range = { from: "2026-09-01T00:00:00Z", to: "2026-11-21T00:00:00Z", time_zone: "Europe/Berlin" };

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  people = await core.people();
  const { author, reviewer, second } = people;
  const bot = {
    ...systemActor("demo"),
    kind: "agent" as const,
    id: crypto.randomUUID(),
    owner_id: author.id,
  };
  await writeHistory(
    core.connections.pool,
    { mia: author, bot, ravi: reviewer, sam: second },
    new Map(),
    NOW,
  );
  await core.ledger.settle();
});
afterAll(() => core?.dispose());

describe("the demo's past", () => {
  test("says that it is back-dated, and its entries are sealed like any", async () => {
    expect(await hasHistory(core.connections.pool)).toBe(true);
    const { rows } = await core.connections.pool.query(
      "SELECT count(*)::int AS entries, count(*) FILTER (WHERE detail @> '{\"backdated\": true}')::int AS stated FROM ledger_entry WHERE task_id IS NOT NULL",
    );
    expect(rows[0].entries).toBeGreaterThan(1000);
    expect(rows[0].stated).toBe(rows[0].entries);
    expect(await core.ledger.verify()).toMatchObject({ ok: true });
    expect(await core.sweep()).toBeUndefined();
  });
  test("can be opened as any task", async () => {
    const { tasks } = await core.tasks.list(people.admin, {
      ...{ page: 1, limit: 5, sort_by: "created_at", sort_order: "desc" },
    });
    const view = await core.views.task(people.admin, tasks[0]!.id);
    expect(view.timeline.length).toBeGreaterThan(3);
    expect(view.requirements.length).toBeGreaterThan(0);
  });
});

describe("insights", () => {
  test("tell how long decisions take, over weeks, by risk and by policy, and add up", async () => {
    const { all, weeks, levels, policies } = await core.views.insights.decisions(range);
    expect(all.decisions).toBeGreaterThan(250);
    expect(all.approved + all.rejected + all.returned).toBe(all.decisions);
    expect(weeks.reduce((sum, week) => sum + week.decisions, 0)).toBe(all.decisions);
    expect(levels.reduce((sum, level) => sum + level.decisions, 0)).toBe(all.decisions);
    expect(all.p90_seconds!).toBeGreaterThan(all.median_seconds!);
    expect(policies[0]).toMatchObject({ policy: "Databases and network need security" });
    expect(policies[0]!.median_seconds!).toBeGreaterThan(policies[1]!.median_seconds!);
    const empty = await core.views.insights.decisions({
      ...range,
      from: range.to,
      to: "2026-11-22T00:00:00Z",
    });
    expect(empty).toMatchObject({ all: { decisions: 0, median_seconds: null }, weeks: [], policies: [] });
  });
  test("show an admin everybody, and a reviewer themselves beside the same sums", async () => {
    const seen = await core.views.insights.reviewers(people.admin, range);
    expect(seen.reviewers.map(({ id }) => id).sort()).toEqual([people.reviewer.id, people.second.id].sort());
    expect(seen.total.answers).toBe(seen.reviewers.reduce((sum, { answers }) => sum + answers, 0));
    const own = await core.views.insights.reviewers(people.second, range);
    expect(own.reviewers.map(({ id }) => id)).toEqual([people.second.id]);
    expect(own.total).toEqual(seen.total);
    expect((await core.views.insights.reviewers(people.author, range)).reviewers).toEqual([]);
  });
  test("hold the score against what came of it", async () => {
    const { bands } = await core.views.insights.risk(range);
    expect(bands.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(340);
    const failed = (from: number, to: number) => {
      const some = bands.filter((band) => band.from >= from && band.to <= to);
      const sum = (of: "hits" | "of") => some.reduce((total, band) => total + band.failed[of], 0);
      return sum("hits") / sum("of");
    };
    expect(failed(60, 100)).toBeGreaterThan(failed(0, 59));
    for (const { failed: share, rolled_back } of bands) {
      expect(rolled_back.hits).toBeLessThanOrEqual(share.hits);
      if (share.share !== null) expect(share.low! <= share.share && share.share <= share.high!).toBe(true);
    }
  });
  test("are enough for a model to learn from, which then stands beside the score and changes nothing", async () => {
    const config = core.noopTask();
    const simulated = () => core.gate.simulate(people.author, { config, metadata: { tags: [] } });
    const before = await simulated();
    expect(before.risk.learned_probability).toBeUndefined();
    const model = await core.risk.learn(people.admin);
    expect(model.weights).toHaveLength(5);
    expect(await core.risk.learned()).toEqual(model);
    const after = await simulated();
    expect(after.risk.learned_probability).toBeGreaterThan(0);
    expect(after.risk.learned_probability).toBeLessThan(1);
    expect({ ...after.risk, learned_probability: undefined }).toEqual({
      ...before.risk,
      learned_probability: undefined,
    });
  });
  test("tell how applying went and what was waited for", async () => {
    const found = await core.views.insights.operations(range);
    const total = Object.values(found.all).reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(200);
    expect(found.weeks.reduce((sum, week) => sum + week.success + week.failure + week.timeout, 0)).toBe(
      total,
    );
    expect(found.contended[0]!.waits).toBeGreaterThan(0);
    expect(found.contended[0]!.median_wait_seconds).toBeGreaterThan(0);
    expect(found.rolled_back).toBeGreaterThan(0);
  });
});
