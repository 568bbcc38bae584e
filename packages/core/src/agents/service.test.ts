import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SYSTEM } from "../identity/identity-fixture.ts";
import type { Actor } from "../kernel/actor.ts";
import { openAgents, type TestAgents } from "./agents-fixture.ts";
import { AGENT_STATUSES, agentEntry, agentInput, listAgentsQuery } from "./schema.ts";
import type { AgentsService } from "./service.ts";

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

describe("making an agent", () => {
  test("gives it with all its settings, and a key that is it", async () => {
    const owner = await db.actorOf("author");
    const { agent: entry, self } = await agent({
      ...{ name: "deployer", description: "Deploys", tags: ["ci", "ci"], owner_id: owner.id, model: "m-1" },
      connection: { kind: "http", url: "https://agents.example.com/run" },
      memory_blocks: [{ label: "style", value: "be brief" }],
      tools: [{ name: "shell", permission: "ask" }],
      ...{ scopes: ["service:*"], task_types: [], limits: { tasks_per_hour: 20 } },
      ...{ capacity: { max_tasks: 3 }, parameters: { temperature: 0.2 } },
    });
    expect(agentEntry.parse(entry)).toEqual(entry);
    expect(entry).toMatchObject({
      name: "deployer",
      tags: ["ci"],
      owner_id: owner.id,
      owner_name: owner.name,
      memory_blocks: [{ label: "style", value: "be brief", read_only: false }],
      scopes: ["service:*"],
      task_types: [],
      capacity: { max_tasks: 3, active_tasks: 0 },
      status: "unknown",
    });
    expect(await agents.get(admin, entry.id)).toEqual(entry);
    expect(self).toMatchObject({ kind: "agent", id: entry.id, owner_id: owner.id, roles: [] });
    expect((await db.factsOf(entry.id)).map((fact) => fact.action)).toEqual(["agent.created"]);
  });

  test("gives neither agent nor key where the name is taken, by ten at once, or the owner has left", async () => {
    const keys = () => db.prisma.api_key.count();
    const before = await keys();
    const name = "unique-robot";
    const ended = await Promise.allSettled(Array.from({ length: 10 }, () => agent({ name })));
    expect(ended.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    for (const one of ended)
      if (one.status === "rejected") expect(one.reason).toEqual(code("AGENT_NAME_TAKEN"));
    await expect(agent({ name: "Unique-Robot" })).rejects.toEqual(code("AGENT_NAME_TAKEN"));

    const left = await db.actorOf("author");
    await db.identity.users.update(SYSTEM, left.id, { active: false });
    await expect(agent({ owner_id: left.id })).rejects.toEqual(code("VALIDATION_ERROR"));
    expect(await keys()).toBe(before + 1);
  });

  test("the border takes nothing it does not know, nor more than it bears", () => {
    const good = { name: "ok", connection: { kind: "acp", command: "my-agent", args: ["--acp"] } };
    expect(agentInput.safeParse(good).success).toBe(true);
    for (const bad of [
      { name: "x" },
      { paused: true },
      { connection: { kind: "telnet" } },
      { connection: { kind: "worker", command: "x" } },
      { connection: { kind: "http", url: "file:///etc/passwd" } },
      { tools: [...Array(2)].map(() => ({ name: "shell", permission: "ask" })) },
      { tools: [{ name: "shell", permission: "yes" }] },
      { parameters: { temperature: Number.POSITIVE_INFINITY } },
      { capacity: { max_tasks: 0 } },
      { limits: { "Tasks Per Hour": 1 } },
      { limits: { tasks_per_day: 1e13 } },
    ]) {
      expect([bad, agentInput.safeParse({ ...good, ...bad }).success]).toEqual([bad, false]);
    }
  });
});

describe("listing agents", () => {
  test("filters by the same status as an entry shows, for every status", async () => {
    const [idle, active, stale, paused, draining] = [
      ...[await agent(), await agent(), await agent(), await agent(), await agent()],
    ] as const;
    await agent();
    for (const { self, id } of [idle, active, stale, paused, draining]) {
      await agents.heartbeat(self, id, { active_tasks: id === active.id ? 1 : 0 });
    }
    await db.silence(stale.id, 31);
    await agents.update(admin, paused.id, { paused: true });
    await agents.update(admin, draining.id, { draining: true });
    for (const status of AGENT_STATUSES) {
      const { agents: found } = await agents.list(admin, listAgentsQuery.parse({ status, limit: 100 }));
      expect([status, found.length > 0, found.every((one) => one.status === status)]).toEqual([
        status,
        true,
        true,
      ]);
    }
  });

  test("filters by tag, owner and text, pages without gaps, and shows an agent itself alone", async () => {
    const owner = await db.actorOf("author");
    const mine = [];
    for (const name of ["c-page", "a-page", "b-page"]) {
      mine.push(await agent({ name, owner_id: owner.id, tags: ["paged"], description: "50%_done" }));
    }
    const list = async (actor: Actor, more: object) => {
      const answer = await agents.list(actor, listAgentsQuery.parse(more));
      return { names: answer.agents.map(({ name }) => name), ...answer.pagination };
    };
    expect(await list(owner, { tag: "paged" })).toMatchObject({
      names: ["a-page", "b-page", "c-page"],
      total: 3,
    });
    const first = await list(owner, { owner_id: owner.id, limit: 2 });
    expect(first).toMatchObject({ names: ["a-page", "b-page"], has_more: true });
    const { next_cursor: cursor } = first;
    expect(await list(owner, { owner_id: owner.id, limit: 2, cursor })).toMatchObject({
      names: ["c-page"],
      has_more: false,
    });
    expect((await list(owner, { search: "0%_DO" })).total).toBe(3);
    expect((await list(owner, { search: "0%done" })).total).toBe(0);
    expect((await list((await agent()).self, {})).total).toBe(1);
    await expect(list(owner, { cursor: "nonsense" })).rejects.toEqual(code("VALIDATION_ERROR"));

    await agents.update(admin, mine[0]?.id ?? "", { active: false });
    expect((await list(owner, { tag: "paged" })).total).toBe(2);
  });

  test("one agent does not read another", async () => {
    const [one, other] = [await agent(), await agent()];
    await expect(agents.get(one.self, other.id)).rejects.toEqual(code("FORBIDDEN"));
    expect((await agents.get(one.self, one.id)).id).toBe(one.id);
    await expect(agents.get(admin, db.ids.uuid())).rejects.toEqual(code("NOT_FOUND"));
  });
});

describe("changing an agent", () => {
  test("its owner pauses and resumes it, and nobody else but an admin; the rest is for admins", async () => {
    const [owner, stranger] = [await db.actorOf("author"), await db.actorOf("author", "reviewer")];
    const { id, self, api_key } = await agent({ owner_id: owner.id });
    for (const actor of [stranger, self]) {
      await expect(agents.update(actor, id, { paused: true })).rejects.toEqual(code("FORBIDDEN"));
    }
    expect(await agents.update(owner, id, { paused: true })).toMatchObject({ status: "paused" });
    expect(db.sent.at(-1)?.payload).toMatchObject({ previous_status: "unknown", status: "paused" });
    await expect(agents.update(owner, id, { owner_id: stranger.id })).rejects.toEqual(code("FORBIDDEN"));
    await expect(agents.update(owner, id, { paused: false, active: false })).rejects.toEqual(
      code("FORBIDDEN"),
    );
    await agents.update(owner, id, { paused: false });
    expect(await agents.update(admin, id, { owner_id: stranger.id })).toMatchObject({
      owner_id: stranger.id,
    });
    await agents.update(admin, id, { active: false });
    await expect(db.actor({ key: api_key })).rejects.toThrow("Nobody");
    await expect(agents.mayPropose(id, "test.noop", [])).rejects.toEqual(code("NOT_FOUND"));
    expect((await db.factsOf(id)).map((fact) => fact.action)).toEqual([
      "agent.created",
      "agent.paused",
      "agent.resumed",
      "agent.updated",
      "agent.retired",
    ]);
  });

  test("what it may propose is refused with what it may", async () => {
    const { id } = await agent({ scopes: ["service:prod/*"], task_types: ["test.*"] });
    await agents.mayPropose(id, "test.noop", ["service:prod/web"]);
    await expect(agents.mayPropose(id, "sql.run", [])).rejects.toMatchObject({
      ...{ code: "AGENT_TYPE_NOT_ALLOWED", status: 403, details: { task_types: ["test.*"] } },
    });
    await expect(
      agents.mayPropose(id, "test.noop", ["service:prod/web", "database:prod/main"]),
    ).rejects.toMatchObject({
      code: "AGENT_RESOURCE_NOT_ALLOWED",
      status: 403,
      details: { resources: ["database:prod/main"] },
    });
    await agents.update(admin, id, { paused: true });
    await expect(agents.mayPropose(id, "test.noop", [])).rejects.toEqual(code("AGENT_PAUSED"));
  });
});
