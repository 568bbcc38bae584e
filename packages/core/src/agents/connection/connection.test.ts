import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "../../kernel/actor.ts";
import { openAgents, type TestAgents } from "../agents-fixture.ts";
import type { AgentConnection } from "../schema.ts";
import type { ConnectionTest } from "./schema.ts";

let db: TestAgents;
let admin: Actor;
let server: Server;
let status = 200;
const folder = mkdtempSync(join(tmpdir(), "ade-acp-"));
beforeAll(async () => {
  server = createServer((_request, response) => {
    response.statusCode = status;
    response.end("hello");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  db = await openAgents({ httpAllow: place() });
  admin = await db.actorOf("admin");
});
beforeEach(() => {
  status = 200;
  db.sent.length = 0;
});
afterEach(() => db.pool.query("DELETE FROM agent_connection_test"));
afterAll(async () => {
  server.close();
  await db.close();
  await rm(folder, { recursive: true, force: true });
});
const place = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

const code = (wanted: string) => expect.objectContaining({ code: wanted });
async function tried(connection: AgentConnection, agent_id?: string): Promise<ConnectionTest> {
  const { id } = await db.agents.tests.start(admin, { connection, ...(agent_id && { agent_id }) });
  await db.agents.tests.run(id);
  return db.agents.tests.get(admin, id);
}
const states = ({ checks }: ConnectionTest) => checks.map(({ name, state }) => `${name} ${state}`);
/** A program in this folder that Node runs. */
function program(name: string, text: string): AgentConnection {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { kind: "acp", command: process.execPath, args: [file] };
}

/** The least that speaks the protocol; `more` runs for each message first. */
const agent = (more = "") => `
import { createInterface } from "node:readline";
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  ${more}
  if (method === "initialize") answer(id, { protocolVersion: 1, agentCapabilities: { loadSession: true },
    agentInfo: { name: "least", version: "0.1", title: Object.keys(process.env).sort().join(" ") } });
  if (method === "session/new") answer(id, { sessionId: "s-1 in " + params.cwd });
});
`;

describe("an agent that speaks ACP", () => {
  test("is found, started without our environment, shaken hands with, and let go", async () => {
    process.env.ADE_TEST_OF_CONNECTIONS = "a secret of this process";
    const test = await tried(program("good.mjs", agent()));
    delete process.env.ADE_TEST_OF_CONNECTIONS;
    expect([test.state, test.ok]).toEqual(["done", true]);
    expect(states(test)).toEqual([
      ...["found passed", "started passed", "initialize passed", "session passed", "ended passed"],
    ]);
    expect(test.checks[2]?.message).toBe("HOME PATH 0.1, protocol 1; takes sessions up again");
    expect(test.checks.every(({ duration_ms }) => duration_ms !== null)).toBe(true);
    const told = db.sent.filter(({ event }) => event === "agent:connection_test");
    expect(told.at(-1)).toMatchObject({
      channels: [`user:${admin.id}`],
      payload: { id: test.id, state: "done", ok: true },
    });
    expect(told.length).toBeGreaterThan(5);
  });

  test.each<[string, AgentConnection, string, RegExp]>([
    ["that is not there", { kind: "acp", command: "no-such-agent-here" }, "found", /is not on this worker/],
    ["in a folder that is not there", { kind: "acp", command: "true", cwd: "/no/such" }, "found", /folder/],
    ["that ends at once", { kind: "acp", command: "false" }, "started", /ended with code 1/],
    [
      "that says why it ends",
      program("complains.mjs", `setTimeout(() => { console.error("no licence"); process.exit(3); }, 700);`),
      "initialize",
      /ended with code 3 before it answered: no licence/,
    ],
    [
      "that speaks another version",
      program("other.mjs", agent(`if (method === "initialize") return answer(id, { protocolVersion: 7 });`)),
      "initialize",
      /version 7/,
    ],
    [
      "that wants a sign-in",
      program(
        "auth.mjs",
        agent(`if (method === "session/new") return process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id,
          error: { code: -32000, message: "Authentication required" } }) + "\\n");`),
      ),
      "session",
      /signed in first/,
    ],
    [
      "that dies in the middle",
      program("dies.mjs", agent(`if (method === "session/new") process.kill(process.pid, "SIGKILL");`)),
      "session",
      /ended by SIGKILL/,
    ],
  ])("%s fails where it fails, and the rest is skipped", async (_what, connection, failing, words) => {
    const test = await tried(connection);
    const at = test.checks.findIndex(({ name }) => name === failing);
    expect(test.ok).toBe(false);
    expect(test.checks.map(({ state }) => state)).toEqual([
      ...test.checks.slice(0, at).map(() => "passed"),
      "failed",
      ...test.checks.slice(at + 1).map(() => "skipped"),
    ]);
    expect(test.checks[at]?.message).toMatch(words);
  });

  test("that stays when its input is closed is told to end; one that ignores that is killed, and told of", async () => {
    const stays = await tried(program("stays.mjs", `${agent()}\nsetInterval(() => undefined, 1000);`));
    expect(stays.checks.at(-1)).toMatchObject({ state: "passed", message: "It ended when it was told to." });
    const deaf = await tried(
      program(
        "deaf.mjs",
        `${agent()}\nsetInterval(() => undefined, 1000);\nprocess.on("SIGTERM", () => undefined);`,
      ),
    );
    expect(deaf.checks.at(-1)).toMatchObject({ state: "failed" });
    expect(deaf.checks.at(-1)?.message).toMatch(/had to be killed/);
  }, 30_000);
});

describe("an agent that is called by HTTP", () => {
  const url = (path = "/") => `http://${place()}${path}`;
  test("answers, and what it answers counts only where it has trouble", async () => {
    const test = await tried({ kind: "http", url: url() });
    expect(states(test)).toEqual(["resolved passed", "allowed passed", "tls skipped", "answers passed"]);
    expect(test.ok).toBe(true);
    status = 405;
    expect((await tried({ kind: "http", url: url() })).checks[3]).toMatchObject({
      message: "It answered 405.",
    });
    status = 503;
    expect(await tried({ kind: "http", url: url() })).toMatchObject({ ok: false });
  });
  test("is called only where what leaves here may go", async () => {
    const inside = await tried({ kind: "http", url: "http://169.254.169.254/latest/meta-data" });
    expect(states(inside)).toEqual(["resolved passed", "allowed failed", "tls skipped", "answers skipped"]);
    expect(inside.checks[1]?.next).toContain("ADE_HTTP_ALLOW");
    const nobody = await tried({ kind: "http", url: "https://nobody.invalid" });
    expect(nobody.checks[0]).toMatchObject({ state: "failed" });
  });
});

describe("an agent that comes to us", () => {
  test("by heartbeats is heard, or told how to be", async () => {
    const { id, self } = await db.agent(admin);
    const none = await tried({ kind: "worker" });
    expect(none).toMatchObject({ state: "done", ok: null });
    expect(none.checks[0]).toMatchObject({ state: "skipped" });
    const { id: testId } = await db.agents.tests.start(admin, {
      connection: { kind: "worker" },
      agent_id: id,
    });
    const running = db.agents.tests.run(testId);
    await db.agents.heartbeat(self, id, { active_tasks: 0 });
    // A beat before it began to listen is not heard; the next one is, as with an agent.
    const beating = setInterval(() => void db.agents.heartbeat(self, id, { active_tasks: 0 }), 200);
    await running;
    clearInterval(beating);
    expect(await db.agents.tests.get(admin, testId)).toMatchObject({ ok: true });
  });

  test("by MCP is tried with a key of its own that is revoked, whatever became of it", async () => {
    expect((await tried({ kind: "mcp" })).ok).toBe(null);
    const { id } = await db.agent(admin, { connection: { kind: "mcp" } });
    const test = await tried({ kind: "mcp" }, id);
    // Nobody serves the public address of the tests.
    expect(test).toMatchObject({ ok: false });
    expect(states(test)).toEqual(["key passed", "initialize failed", "tools skipped"]);
    const { api_keys } = await db.agents.keys.list(admin, id, { page: 1, limit: 10 });
    expect(api_keys.map(({ name, revoked_at }) => [name, revoked_at !== null])).toEqual([
      ["Connection test", true],
      ["First key", false],
    ]);
  });
});

describe("a test", () => {
  test("is for admins where a command is started, for owners of their agents else, and seen by who asked", async () => {
    const owner = await db.actorOf("author");
    const { id } = await db.agent(admin, { owner_id: owner.id });
    const acp: AgentConnection = { kind: "acp", command: "true" };
    await expect(db.agents.tests.start(owner, { connection: acp, agent_id: id })).rejects.toEqual(
      code("FORBIDDEN"),
    );
    await expect(db.agents.tests.start(owner, { connection: { kind: "worker" } })).rejects.toEqual(
      code("FORBIDDEN"),
    );
    const own = await db.agents.tests.start(owner, { connection: { kind: "worker" }, agent_id: id });
    expect(own).toMatchObject({ state: "running", ok: null });
    await expect(db.agents.tests.get(admin, own.id)).rejects.toEqual(code("NOT_FOUND"));
    const fact = (await db.factsOf(own.id))[0];
    expect(fact).toMatchObject({ action: "agent.test_requested", detail: { kind: "worker", agent_id: id } });
  });

  test("is one of three at once, is taken up once, and ends though nobody takes it up", async () => {
    const connection: AgentConnection = { kind: "http", url: `http://${place()}/` };
    const started = await Promise.allSettled(
      Array.from({ length: 3 }, () => db.agents.tests.start(admin, { connection })),
    );
    expect(started.every(({ status: ended }) => ended === "fulfilled")).toBe(true);
    await expect(db.agents.tests.start(admin, { connection })).rejects.toEqual(
      code("TOO_MANY_CONNECTION_TESTS"),
    );
    const [one, other] = started.map((each) => (each.status === "fulfilled" ? each.value.id : ""));
    await Promise.all([db.agents.tests.run(one!), db.agents.tests.run(one!)]);
    const told = db.sent.filter(({ payload }) => payload.id === one && payload.state === "done");
    expect(told).toHaveLength(1);
    await db.pool.query(
      "UPDATE agent_connection_test SET created_at = now() - interval '2 minutes' WHERE id = $1",
      [other],
    );
    const late = await db.agents.tests.get(admin, other!);
    expect(late).toMatchObject({ state: "done", ok: false });
    expect(late.checks[0]).toMatchObject({ state: "failed", message: "No worker took it up." });
    await db.agents.tests.run(other!);
    expect(await db.agents.tests.get(admin, other!)).toEqual(late);
  });
});
