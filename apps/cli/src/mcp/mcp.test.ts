import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type Caller, makeServer, noopTask, type TestServer } from "@ade/api-server/test-server";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newConfigFolder, runAde } from "../run-ade.ts";
import { bridge } from "./bridge.ts";

let server: TestServer;
let url: string;
let admin: Caller;
let robot: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  admin = await server.person("admin", ["admin"]);
  await server.person("reviewer", ["reviewer"]);
  robot = await server.agent("robot", admin);
});
afterAll(() => server?.close());

const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);
const lock = (id: string) => ({ resource_type: "resource", resource_id: `service:default/${id}` });

/** The real program, started by the SDK's own client as a coding agent would. */
async function startByClient(more: Record<string, string> = {}) {
  const client = new Client({ name: "tests", version: "1" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(import.meta.dirname, "../main.ts"), "mcp"],
    env: { PATH: process.env.PATH ?? "", ADE_URL: url, ADE_API_KEY: keyOf(robot), ...more },
    stderr: "pipe",
  });
  await client.connect(transport);
  return client;
}

function listen(on: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    on.listen(port, "127.0.0.1", () => resolve((on.address() as AddressInfo).port));
  });
}

/** The bridge in this process, with its pipes in our hands. */
function startInside(address: string, apiKey = keyOf(robot), patienceMs = 300) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const ended = bridge({ url: address, apiKey, stdin, stdout, stderr, patienceMs });
  let text = "";
  let told = "";
  stdout.on("data", (chunk) => {
    text += chunk;
  });
  stderr.on("data", (chunk) => {
    told += chunk;
  });
  return {
    ended,
    stdin,
    told: () => told,
    write: (message: object) => stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`),
    answer: (id: number) =>
      vi.waitFor(
        () => {
          const lines = text.split("\n").filter(Boolean);
          const found = lines.map((line) => JSON.parse(line)).find((message) => message.id === id);
          if (!found) throw new Error(`nothing yet for ${id}`);
          return found;
        },
        { timeout: 10_000 },
      ),
  };
}

test("the SDK's client finds our tools behind the program and uses them", async () => {
  const client = await startByClient();
  try {
    expect((await client.listTools()).tools).toHaveLength(10);
    const call = async (name: string, input: object) => {
      const { structuredContent, isError } = await client.callTool({ name, arguments: { ...input } });
      expect(isError).toBeFalsy();
      return structuredContent as Record<string, unknown>;
    };
    const { id } = await call("create_task", noopTask());
    await call("submit_task", { id });
    expect(await call("wait_for_decision", { id, wait_seconds: 1 })).toMatchObject({
      id,
      decision: "pending",
    });
    const held = await call("acquire_lock", lock("by-stdio"));
    expect(await call("heartbeat_lock", { lock_id: held.id })).toMatchObject({ id: held.id });
    await call("release_lock", { lock_id: held.id });
    const progress = vi.fn();
    await client.callTool({ name: "wait_for_decision", arguments: { id, wait_seconds: 1 } }, undefined, {
      onprogress: progress,
    });
    expect(progress).toHaveBeenCalled();
  } finally {
    await client.close();
  }
});

test("without a key it ends at once, and says so beside the protocol", async () => {
  const ended = await runAde(["mcp"], { env: { ADE_URL: url, XDG_CONFIG_HOME: newConfigFolder() } });
  expect(ended).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("NOT_SIGNED_IN") });
});

test("at the end of input it ends, with nothing written but answers", async () => {
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const ended = await runAde(["mcp"], {
    env: { ADE_URL: url, ADE_API_KEY: keyOf(robot) },
    input: `not json\n${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`,
  });
  expect(ended).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("not understood") });
  const inside = startInside(url);
  inside.write(ping);
  expect(await inside.answer(1)).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  inside.stdin.end();
  await inside.ended;
});

describe("what goes wrong on the way", () => {
  test("is told as the answer: a server that is away, a key that is not valid, a call that is too large", async () => {
    const nobody = createServer();
    const port = await listen(nobody, 0);
    await new Promise((resolve) => nobody.close(resolve));
    const away = startInside(`http://127.0.0.1:${port}`);
    away.write({ id: 1, method: "tools/call", params: { name: "simulate", arguments: {} } });
    expect((await away.answer(1)).error.message).toContain(
      "does not answer (ECONNREFUSED). Nothing was done",
    );
    expect(away.told()).toContain("ECONNREFUSED");

    const stranger = startInside(url, "ade_made_up_by_somebody_else");
    stranger.write({ id: 1, method: "tools/list" });
    expect((await stranger.answer(1)).error.message).toContain("does not take this key");

    const large = startInside(url);
    large.write({
      id: 1,
      method: "tools/call",
      params: { name: "simulate", arguments: { x: "x".repeat(1_100_000) } },
    });
    expect((await large.answer(1)).error.message).toContain("too large");
    for (const each of [away, stranger, large]) each.stdin.end();
  });

  test("is waited out where the call has surely not arrived", async () => {
    // The way there is a relay, which is not there yet.
    const { port } = new URL(url);
    const relay = createServer((socket) => {
      const onward = connect(Number(port), "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on("error", () => {});
    });
    const free = await listen(relay, 0);
    await new Promise((resolve) => relay.close(resolve));
    const inside = startInside(`http://127.0.0.1:${free}`, keyOf(robot), 15_000);
    inside.write({ id: 1, method: "tools/call", params: { name: "acquire_lock", arguments: lock("later") } });
    await listen(relay, free);
    expect((await inside.answer(1)).result.structuredContent).toMatchObject({ acquired: true });
    inside.stdin.end();
    await inside.ended;
    relay.close();
  });

  test("is a caller who gives up: the place in the queue is left", async () => {
    const wanted = lock("cancelled");
    const held = (
      await server.call(await server.agent("holder", admin), "POST", "/locks/acquire", wanted)
    ).json();
    const queue = async () => (await server.call(admin, "GET", `/locks/${held.id}`)).json().queue_length;
    const inside = startInside(url);
    inside.write({ id: 7, method: "tools/call", params: { name: "acquire_lock", arguments: wanted } });
    await vi.waitFor(async () => expect(await queue()).toBe(1), { timeout: 10_000 });
    inside.write({ method: "notifications/cancelled", params: { requestId: 7 } });
    await vi.waitFor(async () => expect(await queue()).toBe(0), { timeout: 10_000 });
    inside.stdin.end();
  });
});
