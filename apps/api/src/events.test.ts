import { type AddressInfo, connect } from "node:net";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let author: Caller;
let reviewer: Caller;
let admin: Caller;
let origin: string;
beforeAll(async () => {
  server = await makeServer({ rightsCheckMs: 50 });
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
  admin = await server.person("admin", ["admin"]);
  origin = await server.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => server.close());

type Received = { id?: string; event: string; data: { id: string | null; payload: Record<string, unknown> } };

/** Reads a stream until `enough` says so, then lets go of it. */
async function listen(
  caller: Caller,
  query: string,
  options: { headers?: Record<string, string>; opened?: () => void; enough: (events: Received[]) => boolean },
): Promise<Received[]> {
  const abort = new AbortController();
  const response = await fetch(`${origin}/api/v1/events?${query}`, {
    headers: { authorization: caller.authorization, ...options.headers },
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toContain("no-transform");
  const events: Received[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      text = text.slice(end + 2);
      if (fields.has("retry")) options.opened?.();
      const data = fields.get("data");
      if (data)
        events.push({
          event: fields.get("event")!,
          data: JSON.parse(data),
          ...(fields.has("id") ? { id: fields.get("id")! } : {}),
        });
    }
    if (options.enough(events)) break;
  }
  abort.abort();
  return events;
}

async function createTask(): Promise<string> {
  return (await server.call(author, "POST", "/tasks", noopTask())).json().id;
}

test("an event arrives while the stream is open, with an id that grows", async () => {
  let id = "";
  const events = await listen(author, "channels=tasks", {
    opened: () => void createTask().then((made) => (id = made)),
    enough: (seen) => seen.length > 0,
  });
  expect(events[0]).toMatchObject({ event: "task:created", data: { payload: { task_id: id } } });
  expect(Number(events[0]!.id)).toBeGreaterThan(0);
  expect(events[0]!.data.id).toBe(events[0]!.id);
});

test("a reader that comes back with its last id misses nothing and gets nothing twice", async () => {
  const first = await listen(author, "channels=tasks", {
    opened: () => void createTask(),
    enough: (seen) => seen.length > 0,
  });
  const missed = [await createTask(), await createTask(), await createTask()];
  await server.core.ledger.settle();
  const last = first.at(-1)!.id!;
  const enough = (seen: Received[]) =>
    missed.every((id) => seen.some(({ data }) => data.payload.task_id === id));
  for (const options of [{ headers: { "last-event-id": last } }, { query: `&last_event_id=${last}` }]) {
    const events = await listen(author, `channels=tasks${"query" in options ? options.query : ""}`, {
      ...options,
      enough,
    });
    const ids = events.map((event) => event.id);
    expect(ids).not.toContain(last);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("whoever may read all agents hears of all of them live, without being an admin", async () => {
  const robot = await server.agent("heard", admin);
  const events = await listen(author, "channels=agents", {
    opened: () => void server.call(robot, "POST", `/agents/${robot.id}/heartbeat`, { active_tasks: 3 }),
    enough: (received) => received.some(({ event }) => event === "agent:beats"),
  });
  expect(events.find(({ event }) => event === "agent:beats")?.data).toMatchObject({
    payload: { beats: [{ agent_id: robot.id, active_tasks: 3 }] },
  });
});

test("a channel that may not be read is refused by name", async () => {
  const read = (caller: Caller | null, channels: string) =>
    server.call(caller, "GET", `/events?channels=${channels}`);
  expect((await read(null, "tasks")).statusCode).toBe(401);
  for (const channel of ["locks", "system", `user:${reviewer.id}`]) {
    const response = await read(author, `tasks,${channel}`);
    expect(response.statusCode).toBe(403);
    expect(response.json().error).toMatchObject({
      message: expect.stringContaining(channel),
      details: { refused: [channel] },
    });
  }
  const robot = await server.agent("robot", admin);
  const task = await createTask();
  for (const channel of [
    "tasks",
    "agents",
    `task:${task}`,
    `user:${author.id}`,
    "resource:service:default/nothing",
  ]) {
    expect((await read(robot, channel)).statusCode).toBe(403);
  }
  expect((await read(author, "everything")).statusCode).toBe(400);
  expect((await read(author, "")).statusCode).toBe(400);
  expect((await read(author, "tasks&last_event_id=x")).statusCode).toBe(400);
});

test("whoever leaves while their right is looked up leaves no stream behind", {
  timeout: 60_000,
}, async () => {
  const robot = await server.agent("slow", admin);
  const database = new pg.Client({ connectionString: server.core.databaseUrl });
  await database.connect();
  const many = async (sql: string) => Number((await database.query(sql)).rows[0].count);
  await database.query("BEGIN; LOCK TABLE agent IN ACCESS EXCLUSIVE MODE");
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `GET /api/v1/events?channels=agent:${robot.id} HTTP/1.1\r\nhost: x\r\nauthorization: ${author.authorization}\r\n\r\n`,
  );
  const connections = promisify(server.app.server.getConnections.bind(server.app.server));
  const waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'agent'::regclass";
  await expect.poll(() => many(waiting), { timeout: 15_000 }).toBe(1);
  const before = await connections();
  socket.destroy();
  await expect.poll(() => connections(), { timeout: 10_000 }).toBeLessThan(before);
  await database.query("COMMIT");
  await database.end();
  // Whatever is asked afterwards is answered afterwards.
  await listen(author, "channels=tasks", {
    opened: () => void createTask(),
    enough: (seen) => seen.length > 0,
  });
  const open = async () => {
    const { body } = await server.app.inject({
      url: "/api/metrics",
      headers: { authorization: admin.authorization },
    });
    return /^ade_event_streams (\d+)$/m.exec(body)?.[1];
  };
  await expect.poll(open, { timeout: 10_000 }).toBe("0");
});

test("an open stream ends when its right does", async () => {
  const gone = await server.person("gone", ["author"]);
  const events = await listen(gone, "channels=tasks", {
    opened: () => void server.call(admin, "PATCH", `/users/${gone.id}`, { active: false }),
    enough: (seen) => seen.some(({ event }) => event === "error"),
  });
  expect(events.at(-1)!.data).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
});

test("the dashboard's subscription brings the same ids", async () => {
  const input = encodeURIComponent(JSON.stringify({ channels: ["tasks"] }));
  const abort = new AbortController();
  const response = await fetch(`${origin}/api/trpc/events.subscribe?input=${input}`, {
    headers: { authorization: author.authorization, accept: "text/event-stream" },
    signal: abort.signal,
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toContain("no-transform");
  let text = "";
  let id = "";
  for await (const chunk of response.body!) {
    text += new TextDecoder().decode(chunk);
    if (id === "" && text.includes("connected")) id = await createTask();
    if (id !== "" && text.includes(id)) break;
  }
  abort.abort();
  expect(text).toMatch(/id: \d+/);
});
