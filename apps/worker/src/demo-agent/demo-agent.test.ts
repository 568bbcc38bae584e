import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import type { DemoAgent } from "@ade/core/demo/schema";
import { systemActor } from "@ade/core/kernel/actor";
import { repeatedly } from "@ade/testkit/repeatedly";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { DEMO_POLICIES } from "../../../../prisma/seed/demo-catalogue.ts";
import { createDemoRuns, type DemoRuns } from "./runs.ts";

const root = mkdtempSync(join(tmpdir(), "ade-demo-"));
const PATIENCE = { timeout: 20_000, interval: 30 };

let server: TestServer;
let url: string;
let ravi: Caller;
let author: Caller;
let runs: DemoRuns;
let endTurns = async (): Promise<void> => undefined;
beforeAll(async () => {
  server = await makeServer({}, { fileRoots: { demo: root } });
  await server.core.startWorker();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  const admin = await server.person("admin", ["admin"]);
  ravi = await server.person("ravi", ["reviewer"]);
  author = await server.person("author", ["author"]);
  await server.call(admin, "PATCH", `/users/${ravi.id}`, { groups: ["sre", "security"] });
  const setup = { ...systemActor("tests"), roles: ["admin" as const] };
  for (const policy of DEMO_POLICIES) await server.core.policies.create(setup, policy);
});
afterAll(async () => {
  await server?.close();
  await rm(root, { recursive: true });
});
beforeEach(() => {
  runs = createDemoRuns({
    ...{ core: server.core, url, workerId: "worker:test", paceMs: 20 },
    log: pino({ level: process.env.LOG_LEVEL ?? "silent" }),
  });
});
afterEach(async () => {
  await endTurns();
  await runs.stop();
});

const read = async () => (await server.call(ravi, "GET", "/demo/agent")).json() as DemoAgent;
const start = (caller: Caller) => server.call(caller, "POST", "/demo/agent");
const stop = (caller: Caller) => server.call(caller, "DELETE", "/demo/agent");
/** As a worker does, only more often. */
const work = () => {
  endTurns = repeatedly(50, () => runs.turn());
};
const said = async () => ((await read()).run?.steps ?? []).map(({ text }) => text).join("\n");
const ended = async () => {
  await vi.waitFor(async () => expect((await read()).run?.state).toBe("ended"), PATIENCE);
  return (await read()).run!;
};
const tasksOf = async (agent_id: string) =>
  (await server.call(author, "GET", `/tasks?author_id=${agent_id}&sort_order=asc`)).json().tasks as {
    id: string;
    state: string;
    config: { description: string };
  }[];

/** Answers as Ravi does, once he is asked about what is called like this. */
async function answer(title: string, body: object): Promise<void> {
  const asked = async () => {
    const { run } = await read();
    const tasks = await tasksOf(run!.agent_id);
    const task = tasks.find(({ config }) => config.description.startsWith(title));
    expect(task?.state).toBe("REVIEWING");
    const { approvals } = (await server.call(ravi, "GET", `/approvals?task_id=${task!.id}`)).json();
    const own = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === ravi.id);
    expect(own).toBeDefined();
    return own.id as string;
  };
  const id = await vi.waitFor(asked, PATIENCE);
  const response = await server.call(ravi, "POST", `/approvals/${id}/respond`, body);
  expect(response.statusCode).toBe(200);
}

test("it is not offered where there is no demo data", async () => {
  expect(await read()).toEqual({ available: false, run: null });
  expect((await start(ravi)).json().error).toMatchObject({ code: "DEMO_OFF" });
  expect((await stop(ravi)).statusCode).toBe(204);
});

describe("on demo data", () => {
  beforeAll(async () => {
    await server.core.connections.prisma.setting.create({ data: { key: "demo", value: true } });
    const mia = { email: "mia@demo.local", name: "Mia", roles: ["author" as const] };
    await server.core.identity.users.create(systemActor("tests"), mia);
  });

  test("it goes the whole way: locks, proposes, waits, heeds a refusal and a request, and ends", {
    timeout: 60_000,
  }, async () => {
    const started = await start(ravi);
    expect(started.statusCode).toBe(202);
    const { run } = started.json() as DemoAgent;
    expect(run).toMatchObject({ state: "starting", started_by: ravi.id });
    expect((await start(author)).json().error).toMatchObject({ code: "DEMO_AGENT_RUNS" });
    work();
    await vi.waitFor(async () => expect(await said()).toContain("I hold a lock"), PATIENCE);

    await answer("Let the assistant answer more freely", { action: "reject", reason: "Too wild." });
    await answer("Let the assistant answer a little more freely", { action: "approve" });
    await answer("Run the search on 8 replicas", { action: "request_changes", reason: "Too many." });
    await answer("Run the search on 5 replicas", { action: "approve" });
    await answer("Delete the search's cache", { action: "approve" });

    const { end_reason, steps, agent_id } = await ended();
    expect(end_reason).toBe("It has done all that it had to do.");
    const text = steps.map((step) => step.text).join("\n");
    expect(text).toContain("Nobody has to be asked.");
    expect(text).toContain('It was rejected. The reason: "Too wild." I propose something smaller.');
    expect(text).toContain("It was sent back.");
    expect(text).toContain("I was allowed to, and have told how it ended.");
    expect(steps.filter(({ task_id }) => task_id !== null).length).toBeGreaterThan(5);
    expect((await tasksOf(agent_id)).map(({ state }) => state)).toEqual([
      ...["COMPLETED", "REJECTED", "COMPLETED", "CANCELLED", "COMPLETED", "COMPLETED"],
    ]);
    const agent = (await server.call(author, "GET", `/agents/${agent_id}`)).json();
    expect(agent).toMatchObject({ owner_name: "Mia", metrics: { doing: expect.any(String) } });
    expect(agent.last_heartbeat_at).not.toBeNull();
    await expectSilent(agent_id);
  });

  test("it stops when somebody stops it, and leaves nothing open", async () => {
    expect((await start(author)).statusCode).toBe(202);
    work();
    const { run } = await read();
    await vi.waitFor(async () => expect(await said()).toContain("Now it is up to people"), PATIENCE);
    expect((await stop(ravi)).statusCode).toBe(204);
    expect((await ended()).end_reason).toBe("ravi stopped it.");
    const states = (await tasksOf(run!.agent_id)).map(({ state }) => state);
    expect(states).toContain("CANCELLED");
    expect(states.filter((state) => !/COMPLETED|CANCELLED|REJECTED/.test(state))).toEqual([]);
    await expectSilent(run!.agent_id);
    const { rows } = await server.core.connections.pool.query(
      `SELECT k.id, (SELECT count(*)::int FROM ledger_entry e WHERE e.entity_id = k.id::text
        AND e.action = 'key.revoked') AS entries FROM api_key k WHERE k.principal_id = $1`,
      [run!.agent_id],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ entries }) => entries !== 1)).toEqual([]);
  });

  test("it ends, and says so, when its worker stops", async () => {
    await start(author);
    work();
    await vi.waitFor(async () => expect(await said()).toContain("Now it is up to people"), PATIENCE);
    await endTurns();
    await runs.stop();
    expect(await read()).toMatchObject({
      run: { state: "ended", end_reason: "The worker that ran it stopped." },
    });
  });

  test("it ends, and what it left is closed, when its worker died or none took it", async () => {
    const { pool } = server.core.connections;
    const passes = (time: string) =>
      pool.query(`UPDATE demo_agent_run SET seen_at = now() - interval '${time}' WHERE state <> 'ended'`);
    await start(author);
    await passes("61 seconds");
    await runs.turn();
    expect(await read()).toMatchObject({ run: { state: "ended", end_reason: "No worker took it." } });

    await start(author);
    const taken = (await server.core.demo.take("worker:dead"))!;
    const self = { id: taken.agent_id, email: "", authorization: `Bearer ${taken.key}` };
    const config = {
      ...{ type: "configuration.file", description: "Left behind" },
      resources: [{ type: "service", id: "left", namespace: "demo-lab", actions: ["write"] }],
      parameters: { root: "demo", path: "left.txt", content: "x" },
    };
    const { id } = (await server.call(self, "POST", "/tasks", { config })).json();
    expect(await server.core.demo.take("worker:other")).toBeNull();
    await passes("31 seconds");
    await runs.turn();
    expect(await read()).toMatchObject({
      run: { state: "ended", end_reason: "The worker that ran it stopped." },
    });
    expect((await server.call(author, "GET", `/tasks/${id}`)).json().state).toBe("CANCELLED");
    expect((await server.call(self, "GET", "/me")).statusCode).toBe(401);
  });
});

/** No key of it is left. */
async function expectSilent(agent_id: string): Promise<void> {
  const where = { principal_id: agent_id, revoked_at: null };
  expect(await server.core.connections.prisma.api_key.count({ where })).toBe(0);
}
