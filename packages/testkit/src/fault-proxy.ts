import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createFaultPipe, type FaultPipe } from "./fault-pipe.ts";
import { seededRandom } from "./seeded-random.ts";

export type Direction = "to_server" | "to_client";

/** Which of the requests that come next a fault is for: so many, of those whose bytes contain `matching`. */
export type Aim = { count?: number; matching?: string };

/** A fault that is armed: what is left of it. */
type Armed = { left: number; matching: string };

/** What the proxy did to whom, counted since it began. */
export type FaultCounts = {
  connections: number;
  cut: number;
  answers_lost: number;
  answers_torn: number;
  requests_doubled: number;
};

export type FaultProxy = {
  port: number;
  /** The target's connection string with the proxy in its place. */
  url: string;
  counts: FaultCounts;
  /** Holds every byte back for so long, each direction in order. */
  delay(options: { latency_ms: number; jitter_ms?: number }): void;
  /** Holds back everything in a direction (both without one) until `resume` or `heal`; connections stay open. */
  pause(direction?: Direction): void;
  resume(): void;
  /** Resets every open connection. */
  cut(): void;
  /** Lets the next requests through, then resets in the middle of their answer. */
  tearAnswers(aim?: Aim): void;
  /** Lets the next requests through and resets instead of answering: done, and nobody knows. */
  loseAnswers(aim?: Aim): void;
  /**
   * Sends the bytes of the next requests once more, on a connection of its own whose answers nobody reads: at once, or
   * with `late` behind all that comes until `sendLate`.
   */
  doubleRequests(aim?: Aim & { late?: boolean }): void;
  /** Sends what `doubleRequests` kept. Answers how many requests that were. */
  sendLate(): number;
  /** The server's end of every connection is gone, and the client never hears of it: half-open. */
  abandon(): void;
  /** Nobody can connect; connections that are open stay. */
  refuse(): void;
  /** Ends all of the above. What is paused is delivered; what was abandoned is reset. */
  heal(): Promise<void>;
  close(): Promise<void>;
};

type Link = {
  client: Socket;
  upstream: Socket;
  pipes: Record<Direction, FaultPipe>;
  /** What the next answer meets. */
  answer: "whole" | "torn" | "lost";
  isAbandoned: boolean;
};

/**
 * A TCP proxy on 127.0.0.1 that does to connections what networks and crashes do. It knows no protocol: a request is
 * what a client sent in one piece, an answer what the server then sends first.
 *
 * @param options.target connection string of the server
 * @param options.seed for the jitter
 * @param options.opening bytes that begin a doubled request's own connection, such as a password
 */
export async function startFaultProxy(options: {
  target: string;
  seed?: number;
  opening?: string;
}): Promise<FaultProxy> {
  const target = new URL(options.target);
  const random = seededRandom(options.seed ?? 0);
  const links = new Set<Link>();
  const line = { latency_ms: 0, jitter_ms: 0 };
  const delayMs = (): number => line.latency_ms + (line.jitter_ms > 0 ? random.next() * line.jitter_ms : 0);
  const rules = { to_server: { paused: false, delayMs }, to_client: { paused: false, delayMs } };
  const armed = { torn: disarmed(), lost: disarmed(), doubled: disarmed() };
  const none = { connections: 0, cut: 0, answers_lost: 0, answers_torn: 0, requests_doubled: 0 };
  const counts: FaultCounts = { ...none };
  let keepsLate = false;
  const late: Buffer[] = [];
  const doubles = new Set<Socket>();
  const dial = (): Socket =>
    connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });

  function accept(client: Socket): void {
    counts.connections += 1;
    const upstream = dial();
    const pipes = {
      to_server: createFaultPipe(upstream, rules.to_server),
      to_client: createFaultPipe(client, rules.to_client),
    };
    const link: Link = { client, upstream, pipes, answer: "whole", isAbandoned: false };
    links.add(link);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.on("data", (chunk) => onRequest(link, chunk));
    client.on("end", () => pipes.to_server.push(null));
    upstream.on("data", (chunk) => onAnswer(link, chunk));
    upstream.on("end", () => pipes.to_client.push(null));
    for (const socket of [client, upstream]) {
      socket.on("error", () => undefined);
      socket.on("close", (hadError) => {
        if (link.isAbandoned && socket === upstream) return;
        if (hadError || (client.destroyed && upstream.destroyed)) drop(link);
      });
    }
  }

  function onRequest(link: Link, chunk: Buffer): void {
    if (link.isAbandoned) return;
    if (takes(armed.lost, chunk)) link.answer = "lost";
    else if (takes(armed.torn, chunk)) link.answer = "torn";
    if (takes(armed.doubled, chunk)) {
      counts.requests_doubled += 1;
      if (keepsLate) late.push(Buffer.from(chunk));
      else double(chunk);
    }
    link.pipes.to_server.push(chunk);
  }

  function onAnswer(link: Link, chunk: Buffer): void {
    if (link.answer === "whole") {
      link.pipes.to_client.push(chunk);
      return;
    }
    if (link.answer === "lost") counts.answers_lost += 1;
    else counts.answers_torn += 1;
    if (link.answer === "torn" && chunk.length > 1) {
      // Ended in order behind what is written: a reset at once would take that with it.
      link.client.write(chunk.subarray(0, Math.floor(chunk.length / 2)));
      link.client.end();
      link.upstream.resetAndDestroy();
      links.delete(link);
      return;
    }
    drop(link);
  }

  function double(chunk: Buffer): void {
    const socket = dial();
    doubles.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => doubles.delete(socket));
    socket.on("end", () => socket.destroy());
    socket.resume();
    socket.end(Buffer.concat([Buffer.from(options.opening ?? ""), chunk]));
  }

  function drop(link: Link): void {
    if (!links.delete(link)) return;
    for (const pipe of Object.values(link.pipes)) pipe.stop();
    link.client.resetAndDestroy();
    link.upstream.resetAndDestroy();
  }

  function pumpAll(): void {
    for (const { pipes } of links) for (const pipe of Object.values(pipes)) pipe.pump();
  }

  let listener: Server | null = null;
  async function listen(port: number): Promise<number> {
    listener = createServer({ allowHalfOpen: true }, accept);
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  }
  const port = await listen(0);
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;

  function refuse(): void {
    listener?.close();
    listener = null;
  }
  function resume(): void {
    for (const rule of Object.values(rules)) rule.paused = false;
    pumpAll();
  }
  function sendLate(): number {
    const kept = late.splice(0);
    for (const chunk of kept) double(chunk);
    return kept.length;
  }

  return {
    port,
    url: url.href,
    counts,
    delay: (given) => void Object.assign(line, { jitter_ms: 0, ...given }),
    pause(direction) {
      for (const [name, rule] of Object.entries(rules)) rule.paused ||= !direction || direction === name;
    },
    resume,
    cut() {
      counts.cut += links.size;
      for (const link of [...links]) drop(link);
    },
    tearAnswers: (aim) => arm(armed.torn, aim),
    loseAnswers: (aim) => arm(armed.lost, aim),
    doubleRequests(aim) {
      keepsLate = aim?.late ?? false;
      arm(armed.doubled, aim);
    },
    sendLate,
    abandon() {
      for (const link of links) {
        link.isAbandoned = true;
        link.upstream.destroy();
      }
    },
    refuse,
    async heal() {
      Object.assign(line, { latency_ms: 0, jitter_ms: 0 });
      for (const fault of Object.values(armed)) Object.assign(fault, disarmed());
      for (const link of [...links]) if (link.isAbandoned) drop(link);
      sendLate();
      resume();
      if (!listener) await listen(port);
    },
    async close() {
      refuse();
      for (const link of [...links]) drop(link);
      for (const socket of doubles) socket.destroy();
    },
  };
}

const disarmed = (): Armed => ({ left: 0, matching: "" });

function arm(fault: Armed, { count = 1, matching = "" }: Aim = {}): void {
  fault.left = count;
  fault.matching = matching;
}

/** Whether an armed fault is for this request; then it is used up by one. */
function takes(fault: Armed, chunk: Buffer): boolean {
  if (fault.left === 0 || (fault.matching !== "" && !chunk.includes(fault.matching))) return false;
  fault.left -= 1;
  return true;
}
