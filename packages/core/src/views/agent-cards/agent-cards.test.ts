import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentInput } from "../../agents/schema.ts";
import type { Actor } from "../../kernel/actor.ts";
import { randomIds } from "../../kernel/ids.ts";
import { type AgentCards, agentCards, agentCardsQuery } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  people = await core.people();
  await core.startWorker();
});
afterAll(() => core.dispose());

const cards = (query: object = {}, actor: Actor = people.admin): Promise<AgentCards> =>
  core.views.agentCards(actor, agentCardsQuery.parse(query));
const names = ({ agents }: AgentCards) => agents.map(({ name }) => name);

async function agent(name: string, more: object = {}) {
  const input = agentInput.parse({ name, connection: { kind: "worker" }, tags: ["crew"], ...more });
  const { agent: made, api_key } = await core.agents.create(people.admin, input);
  const where = { service: "api" };
  const self = await core.identity.resolveActor({
    cookie: undefined,
    authorization: `Bearer ${api_key}`,
    where,
  });
  return { id: made.id, self: self! };
}

test("cards show what each agent works on, what it did last, and how its day was", async () => {
  const busy = await agent("busy", { instructions: "long", memory_blocks: [{ label: "l", value: "v" }] });
  await agent("never heard of");
  const first = await core.reviewing(
    busy.self,
    core.noopTask({}, { description: "First thing\n\nwith a body" }),
  );
  await core.gate.cancel(busy.self, first.id, { reason: "done with" });
  const second = await core.reviewing(busy.self, core.noopTask({}, { description: "Second thing" }));
  await core.agents.heartbeat(busy.self, busy.id, { active_tasks: 2 });
  const seen = agentCards.parse(await cards({ tag: "crew" }));
  const [card, quiet] = seen.agents;
  expect(card).toMatchObject({
    ...{ name: "busy", status: "active", favourite: false },
    current_task: { id: second.id, title: "Second thing", state: "REVIEWING" },
    last_run: { task_id: first.id, title: "First thing", state: "CANCELLED" },
  });
  expect(card).not.toHaveProperty("instructions");
  expect(card?.sparkline).toHaveLength(48);
  expect(card?.sparkline.slice(-2)).toEqual(["unknown", "active"]);
  expect(quiet).toMatchObject({ status: "unknown", current_task: null, last_run: null });
  expect(seen.counts).toMatchObject({ active: 1, unknown: 1, idle: 0, draining: 0 });
  expect(seen.tags).toContain("crew");
});

test("favourites are one's own, and narrow the list and its counts", async () => {
  const { id } = await agent("dear", { tags: ["dear"] });
  await core.preferences.write(people.author, { favourite_agents: [id, randomIds.uuid()] });
  const mine = await cards({ favourites: true }, people.author);
  expect(names(mine)).toEqual(["dear"]);
  expect(mine.agents[0]?.favourite).toBe(true);
  expect(Object.values(mine.counts).reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(names(await cards({ favourites: true }))).toEqual([]);
});

test("each order pages without gaps, also while a filter holds", async () => {
  const made = await Promise.all(
    ["p-d", "p-a", "p-c", "p-b"].map((name) => agent(name, { tags: ["paged"] })),
  );
  for (const [index, { id, self }] of made.entries()) {
    await core.agents.heartbeat(self, id, { active_tasks: index });
  }
  for (const [sort, expected] of [
    ["name", ["p-a", "p-b", "p-c", "p-d"]],
    ["load", ["p-b", "p-c", "p-a", "p-d"]],
    ["heartbeat", ["p-b", "p-c", "p-a", "p-d"]],
    ["status", null],
    ["created", null],
  ] as const) {
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await cards({ tag: "paged", sort, limit: 1, ...(cursor && { cursor }) });
      pages.push(...names(page));
      cursor = page.pagination.next_cursor;
    } while (cursor);
    expect([sort, pages.toSorted()]).toEqual([sort, ["p-a", "p-b", "p-c", "p-d"]]);
    if (expected) expect([sort, pages]).toEqual([sort, expected]);
    if (sort === "status") expect(pages.at(-1)).toBe("p-d");
  }
});

test("a change of permissions is an ordinary task: reviewed, applied, a version, and rolled back", async () => {
  const { id } = await agent("to be trusted", { owner_id: people.author.id });
  const config = {
    ...core.noopTask(),
    type: "agent.settings",
    description: "Let it run tests",
    resources: [{ type: "agent" as const, id, scope: "instance" as const, actions: ["write" as const] }],
    parameters: { agent_id: id, version: 1, set: { tools: [{ name: "run_tests", permission: "allow" }] } },
  };
  const task = await core.reviewing(people.author, config);
  expect(task.state).toBe("REVIEWING");
  expect((await core.agents.get(people.admin, id)).tools).toEqual([]);
  const changed = Promise.withResolvers<unknown>();
  const stop = core.ledger.events.listen([`agent:${id}`], ({ event, payload }) => {
    if (event === "agent:changed" && payload.change === "agent.permissions_changed") changed.resolve(payload);
  });
  const approval = task.approvals.find(({ reviewer_id }) => reviewer_id === people.reviewer.id);
  await core.gate.respond(people.reviewer, approval!.id, core.yes());
  const done = await core.taskIn(task.id, "COMPLETED");
  expect(done.execution).toMatchObject({ result: "success" });
  expect(await core.agents.get(people.admin, id)).toMatchObject({
    version: 2,
    tools: [{ name: "run_tests", permission: "allow" }],
  });
  expect(await changed.promise).toMatchObject({ agent_id: id, version: 2 });
  stop();
  const { changes } = await core.agents.history(people.admin, { id, page: 1, limit: 10 });
  expect(changes[0]).toMatchObject({ task_id: task.id, by: { id: people.author.id, kind: "user" } });
}, 60_000);

test("a connection test is taken up by a worker and told live to whoever asked", async () => {
  const { id } = await agent("reached");
  const told = Promise.withResolvers<unknown>();
  const stop = core.ledger.events.listen([`user:${people.admin.id}`], ({ event, payload }) => {
    if (event === "agent:connection_test" && payload.state === "done") told.resolve(payload);
  });
  const connection = { kind: "http" as const, url: "http://169.254.169.254/" };
  const started = await core.agents.tests.start(people.admin, { connection, agent_id: id });
  expect(await told.promise).toMatchObject({ id: started.id, ok: false });
  stop();
}, 60_000);
