import { Cluster } from "ioredis";
import type { Logger } from "pino";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import { type AnyRedis, openSubscriber } from "../redis.ts";
import type { LockConnection } from "./connection.ts";
import { compactId } from "./keys.ts";
import { WAITER_LEASE_SECONDS } from "./schema.ts";
import { type HeldLock, toHeldLock } from "./wire.ts";

/** How a wait ended. */
export type Outcome =
  /** Told by Redis as it granted; `numbers` are token, acquired, expires, hold_until (ms of Redis TIME). */
  | { kind: "pushed"; numbers: number[]; heard_at_ms: number }
  /** Found by asking. */
  | { kind: "found"; held: HeldLock; sent_at_ms: number; lease_ms: number }
  | { kind: "ended"; outcome: string; detail: string }
  /** Redis knows nothing of the request: it forgot, or the place was not kept. */
  | { kind: "unknown" };

export type Watch = { outcome: Promise<Outcome>; stop(): void };
type Entry = { principal_id: string; partition: number; end: (outcome: Outcome) => void };
/** Told that a wait of this owner came to something: granted, to be collected by whoever acts on it, or ended. */
export type GroupListener = (owner: { principal_id: string; owner_id: string }) => void;

/** Behind a lost message stands this; it also keeps the places of those that wait. */
const RECHECK_MS = 5_000;
const BATCH = 100;

export type Pushes = ReturnType<typeof createPushes>;

/** Tells the waits of this process how they ended: pushed by Redis, with a slow re-check behind it. */
export function createPushes(deps: {
  redis: AnyRedis;
  connection: LockConnection;
  clock: Clock;
  ids: Ids;
  log: Logger;
}) {
  const { connection, clock, log } = deps;
  // The scripts know by it that how many heard a message can't be counted (lua/lib/handoff.lua).
  const scheme = `lock:${deps.redis instanceof Cluster ? "cluster" : "push"}`;
  const channel = `${scheme}:${deps.ids.secret(9)}`;
  const groupChannel = (group: string): string => `${scheme}:group:${group}`;
  const entries = new Map<string, Entry>();
  const groups = new Map<string, GroupListener>();
  let listening: Promise<void> | null = null;
  let subscriber: AnyRedis | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function listen(): Promise<void> {
    const client = openSubscriber(deps.redis);
    subscriber = client;
    client.on("error", (error: Error) => log.debug({ err: error }, "the channel of grants has trouble"));
    client.on("message", (name: string, message: string) => {
      if (name === channel) hear(message);
      else hearOfGroup(name, message);
    });
    // What was said while the connection was away is found by asking.
    client.on("ready", () => void recheck());
    await client.subscribe(channel, ...groups.keys());
  }

  /** Behind what everybody is told stands the owner, for a group (lua/lib/waits.lua). */
  function hearOfGroup(name: string, message: string): void {
    const [principal_id = "", owner_id = ""] = message.split("\n").slice(-3);
    groups.get(name)?.({ principal_id, owner_id });
  }

  function hear(message: string): void {
    const [word, id32 = "", ...rest] = message.split("\n");
    if (word === "granted") {
      end(id32, { kind: "pushed", numbers: rest.map(Number), heard_at_ms: clock.monotonicMs() });
    } else if (word === "ended") {
      end(id32, { kind: "ended", outcome: rest[0] ?? "", detail: rest[1] ?? "" });
    }
  }

  function end(id32: string, outcome: Outcome): void {
    const entry = entries.get(id32);
    if (!entry) return;
    entries.delete(id32);
    entry.end(outcome);
  }

  async function recheck(): Promise<void> {
    const groups = new Map<string, { partition: number; principal_id: string; ids: string[] }>();
    for (const [id32, { partition, principal_id }] of entries) {
      const name = `${partition}\n${principal_id}`;
      const group = groups.get(name) ?? { partition, principal_id, ids: [] };
      groups.set(name, group);
      group.ids.push(id32);
    }
    await Promise.all(
      [...groups.values()].flatMap(({ partition, principal_id, ids }) =>
        Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, at) =>
          ask(partition, principal_id, ids.slice(at * BATCH, (at + 1) * BATCH)),
        ),
      ),
    );
  }

  async function ask(partition: number, principalId: string, ids: string[]): Promise<void> {
    const sent_at_ms = clock.monotonicMs();
    try {
      const [, now, ...found] = await connection.run("poll", partition, [
        principalId,
        channel,
        WAITER_LEASE_SECONDS * 1000,
        ...ids,
      ]);
      for (const [at, id32] of ids.entries()) {
        const outcome = readPoll(found[at] as unknown[], Number(now), sent_at_ms);
        if (outcome) end(id32, outcome);
      }
    } catch (error) {
      // Not answered is not ended; asked again soon.
      log.debug({ err: error }, "waits could not be asked after");
    }
  }

  function ready(): Promise<void> {
    listening ??= listen().catch((error: unknown) => {
      listening = null;
      subscriber?.disconnect();
      throw error;
    });
    return listening;
  }

  return {
    channel,
    /** Of a name; what is granted to requests that name it is told to every process that follows it. */
    groupChannel,
    /** Resolves once pushes arrive, so that nothing granted afterwards is missed. */
    ready,
    /** Hears what a group is told, from when it resolves on. */
    async follow(group: string, listener: GroupListener): Promise<void> {
      groups.set(groupChannel(group), listener);
      await ready();
      await subscriber?.subscribe(groupChannel(group));
    },
    /** To be called before the request goes out: the push can beat the answer. */
    watch(id: string, principalId: string): Watch {
      const id32 = compactId(id)!;
      const partition = connection.partitionOf(id32);
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      entries.set(id32, { principal_id: principalId, partition, end: resolve });
      timer ??= setInterval(() => void recheck(), RECHECK_MS).unref();
      return {
        outcome: promise,
        stop() {
          entries.delete(id32);
          if (entries.size > 0) return;
          clearInterval(timer);
          timer = undefined;
        },
      };
    },
    /** Asks after all waits now. */
    recheck,
    stop(): void {
      clearInterval(timer);
      subscriber?.disconnect();
    },
  };
}

/** What a poll says of one request; null while it waits. Pure. */
export function readPoll(reply: readonly unknown[], now: number, sent_at_ms: number): Outcome | null {
  switch (reply[0]) {
    case "QUEUED":
      return null;
    case "GRANTED": {
      const held = toHeldLock(reply[1]);
      return { kind: "found", held, sent_at_ms, lease_ms: held.expires_ms - now };
    }
    case "ENDED":
      return { kind: "ended", outcome: String(reply[1]), detail: String(reply[3]) };
    default:
      return { kind: "unknown" };
  }
}
