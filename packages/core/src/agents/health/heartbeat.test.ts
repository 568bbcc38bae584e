import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SYSTEM } from "../../identity/identity-fixture.ts";
import type { Actor } from "../../kernel/actor.ts";
import { openAgents, type TestAgents } from "../agents-fixture.ts";
import { heartbeatInput } from "../schema.ts";
import type { AgentsService } from "../service.ts";

let db: TestAgents;
let agents: AgentsService;
let admin: Actor;
beforeAll(async () => {
  db = await openAgents();
  agents = db.agents;
  admin = await db.actorOf("admin");
});
afterAll(() => db.close());
beforeEach(() => {
  db.sent.length = 0;
});

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const agent = (more: object = {}) => db.agent(admin, more);

describe("heartbeats", () => {
  test("come from the agent's own key alone", async () => {
    const [one, other] = [await agent(), await agent()];
    const beat = { active_tasks: 0 };
    for (const actor of [admin, other.self, SYSTEM]) {
      await expect(agents.heartbeat(actor, one.id, beat)).rejects.toEqual(code("FORBIDDEN"));
    }
    expect(await agents.heartbeat(one.self, one.id, beat)).toMatchObject({ status: "idle", paused: false });
  });

  test("tell live when the status changes, keep the last metrics, and write no entry", async () => {
    const { id, self } = await agent();
    const beat = (active_tasks: number, more: object = {}) =>
      agents.heartbeat(self, id, { active_tasks, ...more });
    await beat(0, { metrics: { cpu: 0.5 } });
    await beat(0);
    await beat(2);
    await beat(3);
    await db.silence(id, 31);
    expect(await agents.get(admin, id)).toMatchObject({ status: "stale", metrics: { cpu: 0.5 } });
    await beat(0);
    const changes = db.sent.map(({ payload }) => `${payload.previous_status}>${payload.status}`);
    expect(changes).toEqual(["unknown>idle", "idle>active", "stale>idle"]);
    expect(db.sent[0]).toMatchObject({
      event: "agent:health",
      channels: [`agent:${id}`, "agents", "system"],
    });
    expect(await db.factsOf(id)).toHaveLength(1);
  });

  test("that stop are told once per sweep window", async () => {
    const [quiet, longSilent, paused] = [await agent(), await agent(), await agent()];
    for (const { self, id } of [quiet, longSilent, paused])
      await agents.heartbeat(self, id, { active_tasks: 1 });
    await agents.update(admin, paused.id, { paused: true });
    await Promise.all([db.silence(quiet.id, 32), db.silence(longSilent.id, 60), db.silence(paused.id, 32)]);
    db.sent.length = 0;
    expect(await agents.announceStale(5)).toBe(1);
    expect(db.sent.map(({ payload }) => payload)).toMatchObject([
      { agent_id: quiet.id, status: "stale", previous_status: "active" },
    ]);
  });
});

describe("the history of health", () => {
  const rows = (id: string) => db.prisma.agent_health.findMany({ where: { agent_id: id } });
  const now = async (id: string) => (await agents.health(admin, id, 1)).samples.at(-1);

  test("is one row for a quarter of an hour however often it beats, and the worst and busiest of it", async () => {
    const { id, self } = await agent();
    expect(await now(id)).toMatchObject({ status: "unknown" });
    for (const active_tasks of [0, 3, 1, 0]) await agents.heartbeat(self, id, { active_tasks });
    expect(await rows(id)).toMatchObject([{ status: "active", active_tasks_max: 3 }]);
    expect((await agents.health(admin, id, 24)).samples).toHaveLength(96);
    await db.silence(id, 32);
    await agents.announceStale(5);
    for (const active_tasks of [0, 1]) await agents.heartbeat(self, id, { active_tasks });
    expect(await rows(id)).toMatchObject([{ status: "stale", active_tasks_max: 3 }]);
    expect(await now(id)).toMatchObject({ status: "stale", active_tasks_max: 3 });
  });

  test("knows what people set though nothing is heard, and forgets what nobody can ask for", async () => {
    const { id, self } = await agent();
    await agents.heartbeat(self, id, { active_tasks: 0 });
    await agents.update(admin, id, { paused: true });
    expect(await rows(id)).toMatchObject([{ status: "paused" }]);
    await db.pool.query(
      `INSERT INTO agent_health (agent_id, from_at, status) SELECT $1, date_trunc('hour', now()) - make_interval(hours => n),
        'idle' FROM unnest(ARRAY[2, 100, 300]) AS n`,
      [id],
    );
    expect((await agents.health(admin, id, 3)).samples.map(({ status }) => status)).toContain("idle");
    await agents.forget();
    expect(await rows(id)).toHaveLength(3);
  });

  test("a heartbeat that is too large, or lies about its shape, is refused at the border", () => {
    const metrics = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n]));
    expect(heartbeatInput.safeParse({ active_tasks: 1, metrics: metrics(50) }).success).toBe(true);
    for (const bad of [
      { active_tasks: -1 },
      { active_tasks: 100_001 },
      { active_tasks: 1, metrics: metrics(51) },
      { active_tasks: 1, metrics: { text: "x".repeat(501) } },
      { active_tasks: 1, metrics: { deep: { er: 1 } } },
      { active_tasks: 1, status: "active" },
    ])
      expect([bad, heartbeatInput.safeParse(bad).success]).toEqual([bad, false]);
  });
});
