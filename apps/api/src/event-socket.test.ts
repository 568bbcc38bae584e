import { once } from "node:events";
import { connect } from "node:net";
import { eventPayloads } from "@ade/api/event-payloads";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let author: Caller;
let admin: Caller;
let address: string;
let port: number;
beforeAll(async () => {
  server = await makeServer({ rightsCheckMs: 50, publicUrl: "https://ade.example.org" });
  author = await server.person("author", ["author"]);
  admin = await server.person("admin", ["admin"]);
  const origin = await server.app.listen({ host: "127.0.0.1", port: 0 });
  port = Number(new URL(origin).port);
  address = `ws://127.0.0.1:${port}/api/v1/events`;
});
afterAll(() => server.close());

type Frame = { id: string | null; event: string; timestamp: string; payload: Record<string, unknown> };
type Opened = {
  socket: WebSocket;
  frames: Frame[];
  say(message: unknown): void;
  /** The first frame for which this holds. */
  see(wanted: (frame: Frame) => boolean): Promise<Frame>;
  closed: Promise<number>;
};
const open: Opened[] = [];

async function connectAs(caller: Caller, query = "", options: ClientOptions = {}): Promise<Opened> {
  const socket = new WebSocket(address + query, {
    ...options,
    headers: { authorization: caller.authorization, ...options.headers },
  });
  const frames: Frame[] = [];
  socket.on("message", (data) => void frames.push(JSON.parse(String(data)) as Frame));
  const closed = once(socket, "close").then(([code]) => code as number);
  await once(socket, "open");
  const opened: Opened = {
    ...{ socket, frames, closed },
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    see: (wanted) =>
      vi.waitFor(() => {
        const found = frames.find(wanted);
        expect(found, JSON.stringify(frames)).toBeDefined();
        return found!;
      }, 10_000),
  };
  open.push(opened);
  return opened;
}

async function refusal(query: string, headers: Record<string, string>, path = ""): Promise<number> {
  const socket = new WebSocket(path ? `ws://127.0.0.1:${port}${path}` : address + query, { headers });
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
  socket.on("error", () => undefined);
  socket.terminate();
  return response.statusCode;
}

async function createTask(): Promise<string> {
  return (await server.call(author, "POST", "/tasks", noopTask())).json().id;
}
const isOf = (id: string) => (frame: Frame) => frame.payload.task_id === id;
const isControl = ({ event }: Frame) => event === "subscribed" || event === "error";

test("brings the frames of the stream, for channels that come and go", async () => {
  const { say, see, frames } = await connectAs(author, `?channels=user:${author.id}`);
  expect((await see(isControl)).payload).toEqual({
    channels: [`user:${author.id}`],
    last_event_id: expect.stringMatching(/^\d+$/),
  });
  say({ action: "subscribe", channels: ["tasks"] });
  await see(({ payload }) => (payload.channels as string[] | undefined)?.length === 2);
  const first = await createTask();
  const frame = await see(isOf(first));
  expect(Object.keys(frame).sort()).toEqual(["event", "id", "payload", "timestamp"]);
  expect(frame).toMatchObject({ event: "task:created", id: expect.stringMatching(/^\d+$/) });

  const task = await createTask();
  await see(isOf(task));
  say({ action: "unsubscribe", channels: ["tasks", `user:${author.id}`] });
  await see(({ payload }) => (payload.channels as string[] | undefined)?.length === 0);
  const unseen = await createTask();
  await server.core.ledger.settle();
  say({ action: "subscribe", channels: ["tasks"] });
  const seen = await createTask();
  await see(isOf(seen));
  // Not again what went by while nothing was read, and each event once though it is on two channels.
  expect(frames.some(isOf(unseen))).toBe(false);
  expect(frames.filter(isOf(first))).toHaveLength(1);
});

test("replays after the last id, from the address or with the first subscribe, and from where it was opened", async () => {
  const quiet = await connectAs(author, "?channels=tasks");
  const opened = (await quiet.see(isControl)).payload.last_event_id as string;
  quiet.socket.terminate();
  const missed = [await createTask(), await createTask()];
  await server.core.ledger.settle();

  const byAddress = await connectAs(author, `?channels=tasks&last_event_id=${opened}`);
  const bySubscribe = await connectAs(author);
  bySubscribe.say({ action: "subscribe", channels: ["tasks"], last_event_id: opened });
  for (const { see, frames } of [byAddress, bySubscribe]) {
    for (const id of missed) await see(isOf(id));
    const ids = frames.flatMap(({ id }) => (id === null ? [] : [Number(id)]));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  }
  bySubscribe.say({ action: "subscribe", channels: ["tasks"], last_event_id: opened });
  const refused = await bySubscribe.see(({ event }) => event === "error");
  expect(refused.payload).toMatchObject({
    error: { code: "VALIDATION_ERROR", details: [{ field: "last_event_id" }] },
  });
});

test("refuses by name what may not be read, and what is no message; what is read goes on", async () => {
  const { say, see, frames } = await connectAs(author, "?channels=tasks");
  await see(isControl);
  const answers = () => frames.filter(isControl).slice(1);
  const refusals = [
    { action: "subscribe", channels: ["locks"] },
    { action: "subscribe", channels: ["everything"] },
    { action: "shout", channels: ["tasks"] },
    "no json",
  ];
  for (const message of refusals) say(message);
  await vi.waitFor(() => expect(answers()).toHaveLength(4), 10_000);
  expect(answers().map(({ payload }) => (payload.error as { code: string }).code)).toEqual([
    "FORBIDDEN",
    ...Array(3).fill("VALIDATION_ERROR"),
  ]);
  expect(answers()[0]!.payload).toMatchObject({ error: { details: { refused: ["locks"] } } });
  await see(isOf(await createTask()));
});

test("is not opened for nobody, for another site, for what may not be read, nor elsewhere", async () => {
  const { authorization } = author;
  expect(await refusal("?channels=tasks", {})).toBe(401);
  expect(await refusal("?channels=locks", { authorization })).toBe(403);
  expect(await refusal("?channels=nothing", { authorization })).toBe(400);
  // A foreign page, whatever it brings along.
  expect(await refusal("", { authorization, origin: "https://evil.example" })).toBe(403);
  expect(await refusal("", { authorization, "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await refusal("", { authorization }, "/api/v1/me")).toBe(404);
  expect(await refusal("", { authorization }, "/nothing")).toBe(404);
  for (const origin of ["https://ade.example.org", `http://127.0.0.1:${port}`]) {
    const { see } = await connectAs(author, "?channels=tasks", { headers: { origin } });
    await see(isControl);
  }
});

test("ends when its right does, and says why", async () => {
  const gone = await server.person("gone", ["author"]);
  const { say, see, closed } = await connectAs(gone);
  say({ action: "subscribe", channels: ["tasks"] });
  await see(isControl);
  await server.call(admin, "PATCH", `/users/${gone.id}`, { active: false });
  const last = await see(({ event }) => event === "error");
  expect(last.payload).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
  expect(await closed).toBe(1008);
});

test("a client that sends more than it waits for, or too much at once, is sent away", async () => {
  const noisy = await connectAs(author, "?channels=tasks");
  for (let sent = 0; sent < 300; sent++) noisy.say({ action: "subscribe", channels: ["tasks"] });
  expect(await noisy.closed).toBe(1008);
  const large = await connectAs(author, "?channels=tasks");
  large.say("x".repeat(70_000));
  expect([1006, 1009]).toContain(await large.closed);
});

test("a reader that stands still does not make the server keep its events in the socket", async () => {
  const still = await connectAs(admin, "?channels=system");
  await still.see(isControl);
  still.socket.pause();
  const [served] = [...server.app.websocketServer.clients].slice(-1);
  const filler = "x".repeat(100_000);
  const emit = () =>
    server.core.ledger.events.emitLive({ event: "test", channels: ["system"], payload: { filler } });
  for (let sent = 0; sent < 200; sent++) emit();
  await vi.waitFor(() => expect(served!.bufferedAmount).toBeGreaterThan(200_000), 10_000);
  for (let sent = 0; sent < 200; sent++) emit();
  expect(served!.bufferedAmount).toBeLessThan(1_000_000);
  still.socket.resume();
  await vi.waitFor(() => expect(still.frames.length).toBeGreaterThan(350), 30_000);
}, 60_000);

test("every event of a task's life is of the shape that programs rely on", async () => {
  const { see, frames } = await connectAs(admin, "?channels=tasks,system,locks");
  await see(isControl);
  await server.core.startWorker();
  const id = await createTask();
  await server.call(author, "POST", `/tasks/${id}/submit`);
  await see(({ payload }) => payload.new_state === "REVIEWING");
  await server.call(author, "POST", `/tasks/${id}/cancel`, { reason: "Not needed" });
  await see(({ payload }) => payload.new_state === "CANCELLED");
  const events = frames.filter((frame) => !isControl(frame));
  expect(events.length).toBeGreaterThan(2);
  for (const { event, payload } of events) {
    expect(Object.keys(eventPayloads)).toContain(event);
    eventPayloads[event as keyof typeof eventPayloads].parse(payload);
  }
});

test("open sockets do not hold up a stop, not even one that answers nothing", async () => {
  const { authorization } = author;
  const raw = connect(port, "127.0.0.1");
  raw.on("error", () => undefined);
  raw.write(
    `GET /api/v1/events?channels=tasks HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: Upgrade\r\n` +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await once(raw, "data");
  const { see, closed } = await connectAs(author, "?channels=tasks");
  await see(isControl);
  const beganAt = performance.now();
  await server.app.close();
  expect(performance.now() - beganAt).toBeLessThan(8_000);
  expect(await closed).toBe(1001);
});
