import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { seededRandom } from "./seeded-random.ts";

/** What the server was sent, one entry a request; it answers each with `<request>!`. */
let heard: string[];
let server: Server;
const sockets = new Set<Socket>();
let proxy: FaultProxy;

beforeEach(async () => {
  heard = [];
  sockets.clear();
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      heard.push(String(chunk));
      socket.write(`${chunk}!`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  proxy = await startFaultProxy({ target: `redis://:secret@127.0.0.1:${port}/3`, seed: 7, opening: "AUTH " });
});
afterEach(async () => {
  await proxy.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** A client, with all it was answered and how its connection ended. */
async function client() {
  const socket = connect(proxy.port, "127.0.0.1");
  let answer = "";
  const ended = new Promise<string>((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("close", () => resolve("closed"));
  });
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await once(socket, "connect");
  return { socket, ended, said: () => answer };
}

test("its address is the target's but for host and port; what goes in comes out", async () => {
  expect(proxy.url).toBe(`redis://:secret@127.0.0.1:${proxy.port}/3`);
  const { socket, said } = await client();
  socket.write("one");
  await expect.poll(said).toBe("one!");
  expect(proxy.counts.connections).toBe(1);
});

test("latency holds everything back, in order, and ends by healing", async () => {
  proxy.delay({ latency_ms: 20, jitter_ms: 30 });
  const { socket, said } = await client();
  const from = performance.now();
  for (const word of ["a", "b", "c"]) {
    socket.write(word);
    await expect.poll(() => said().includes(`${word}!`)).toBe(true);
  }
  expect(performance.now() - from).toBeGreaterThan(3 * 2 * 20);
  expect(said()).toBe("a!b!c!");
});

test("a paused direction keeps its bytes until it is resumed", async () => {
  const { socket, said } = await client();
  proxy.pause("to_client");
  socket.write("one");
  await expect.poll(() => heard).toEqual(["one"]);
  expect(said()).toBe("");
  proxy.resume();
  await expect.poll(said).toBe("one!");
  proxy.pause("to_server");
  socket.write("two");
  // Whoever connects meanwhile is held up too, so nothing was sent on that could have been heard.
  (await client()).socket.write("three");
  expect(heard).toEqual(["one"]);
  await proxy.heal();
  await expect.poll(() => heard.toSorted()).toEqual(["one", "three", "two"]);
});

test("a cut resets whoever is connected, and lets in who comes next", async () => {
  const { ended } = await client();
  await expect.poll(() => sockets.size).toBe(1);
  proxy.cut();
  expect(await ended).toBe("ECONNRESET");
  const next = await client();
  next.socket.write("on");
  await expect.poll(next.said).toBe("on!");
  expect(proxy.counts.cut).toBe(1);
});

test("a lost answer's request was heard once; the client sees a reset", async () => {
  const { socket, ended, said } = await client();
  proxy.loseAnswers({ matching: "pay" });
  socket.write("look");
  await expect.poll(said).toBe("look!");
  socket.write("pay");
  expect(await ended).toBe("ECONNRESET");
  expect(heard).toEqual(["look", "pay"]);
  expect(said()).toBe("look!");
  expect(proxy.counts.answers_lost).toBe(1);
});

test("a torn answer ends in its middle", async () => {
  const { socket, ended, said } = await client();
  proxy.tearAnswers();
  socket.write("abcdefg");
  expect(await ended).toBe("closed");
  expect(said()).toBe("abcd");
});

test("a doubled request is heard twice and answered once", async () => {
  const { socket, said } = await client();
  proxy.doubleRequests();
  socket.write("one");
  await expect.poll(() => heard.toSorted()).toEqual(["AUTH one", "one"]);
  socket.write("two");
  await expect.poll(said).toBe("one!two!");
  expect(heard).toHaveLength(3);
});

test("a late double comes behind what was sent after it", async () => {
  const { socket, said } = await client();
  proxy.doubleRequests({ late: true });
  socket.write("one");
  await expect.poll(said).toBe("one!");
  socket.write("two");
  await expect.poll(said).toBe("one!two!");
  expect(proxy.sendLate()).toBe(1);
  await expect.poll(() => heard).toEqual(["one", "two", "AUTH one"]);
});

test("an abandoned connection stays open and silent for its client; another works", async () => {
  const { socket, ended, said } = await client();
  socket.write("one");
  await expect.poll(said).toBe("one!");
  const [serverSide] = sockets;
  proxy.abandon();
  await once(serverSide!, "close");
  socket.write("two");
  const other = await client();
  other.socket.write("three");
  await expect.poll(other.said).toBe("three!");
  expect(heard).toEqual(["one", "three"]);
  expect(socket.destroyed).toBe(false);
  await proxy.heal();
  expect(await ended).toBe("ECONNRESET");
});

test("while it refuses nobody can connect; healed, they can at the same port", async () => {
  proxy.refuse();
  const socket = connect(proxy.port, "127.0.0.1");
  const [error] = await once(socket, "error");
  expect(error.code).toBe("ECONNREFUSED");
  await proxy.heal();
  const { socket: after, said } = await client();
  after.write("back");
  await expect.poll(said).toBe("back!");
});

test("the same seed draws the same", () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return [random.int(1, 6), random.chance(0.5), random.pick(["a", "b", "c"]), random.fork().next()];
  };
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
});
