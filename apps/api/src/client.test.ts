import type { AddressInfo } from "node:net";
import { ApiError, type Client, createClient, type HeldLock, isLockLost, type TaskEntry } from "@ade/client";
import { repeatedly } from "@ade/testkit/repeatedly";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type CuttingRelay, openCuttingRelay } from "./cutting-relay.ts";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let relay: CuttingRelay;
let url: string;
let owner: Caller;
let admin: Caller;
let agents: Caller[];
let endSweeps: () => Promise<void>;
beforeAll(async () => {
  server = await makeServer();
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  relay = await openCuttingRelay(port);
  // As a worker does: what ends waits that took too long.
  endSweeps = repeatedly(250, () => server.core.locks.sweepExpired());
  admin = await server.person("admin", ["admin"]);
  owner = await server.person("owner", ["author"]);
  agents = [await server.agent("first", owner), await server.agent("second", owner)];
});
afterAll(async () => {
  await endSweeps();
  await relay.close();
  await server.close();
});

const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);
const clientOf = (caller: Caller, over: Partial<Parameters<typeof createClient>[0]> = {}): Client =>
  createClient({ url, apiKey: keyOf(caller), ...over });
let names = 0;
const newName = () => `service:default/client-${names++}`;
const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });

async function queueOf(name: string): Promise<{ id: string; queue_length: number } | undefined> {
  const { locks } = (
    await server.call(admin, "GET", `/locks?resource_type=resource&resource_id=${encodeURIComponent(name)}`)
  ).json();
  return locks[0];
}

/** A client whose requests a test can look at. */
function watched(caller: Caller) {
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const client = clientOf(caller, {
    fetch: (input, init) => {
      sent.push({ path: new URL(String(input)).pathname, body: JSON.parse(String(init?.body ?? "{}")) });
      return fetch(input, init);
    },
  });
  return { client, sent };
}

describe("withLock", () => {
  test("gives two clients the lock in turn, under growing tokens, and leaves nothing behind", async () => {
    const name = newName();
    const tokens: number[] = [];
    let inside = 0;
    const work = async (lock: HeldLock) => {
      expect(++inside).toBe(1);
      lock.assertHeld();
      // A round trip while it is held: the others have time to go wrong.
      await server.call(admin, "GET", "/me");
      tokens.push(lock.fencing_token);
      inside--;
      return lock.owner_id;
    };
    const clients = agents.map((agent) => clientOf(agent));
    const owners = await Promise.all(
      Array.from({ length: 12 }, (_, index) => clients[index % 2]!.withLock(name, {}, work)),
    );
    expect(new Set(owners).size).toBe(12);
    expect(tokens).toHaveLength(12);
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(new Set(tokens).size).toBe(12);
    expect(await queueOf(name)).toBeUndefined();
  });

  test("gets several all or none, each with its own token", async () => {
    const [a, b] = [newName(), newName()];
    const client = clientOf(agents[0]!);
    const seen = await client.withLock([b, { resource_type: "resource", resource_id: a }], {}, (lock) => {
      expect(lock.fencing_token).toBe(lock.locks[0]!.fencing_token);
      return lock.locks.map(({ resource_id }) => resource_id);
    });
    expect(seen).toEqual([a, b]);
    expect([await queueOf(a), await queueOf(b)]).toEqual([undefined, undefined]);
  });

  test("sends one heartbeat for all locks of the client", async () => {
    const { client, sent } = watched(agents[0]!);
    const beats = () => sent.filter(({ path }) => path.endsWith("/heartbeat"));
    const done = new AbortController();
    const held = Array.from({ length: 3 }, () =>
      client.withLock(newName(), { ttl_seconds: 5 }, async (lock) => {
        await aborted(done.signal);
        lock.assertHeld();
      }),
    );
    await vi.waitFor(() => expect(beats().length).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    done.abort();
    await Promise.all(held);
    for (const { body } of beats()) {
      expect(body.lock_ids).toHaveLength(3);
      expect(body.ttl_extension_seconds).toBe(5);
    }
  });

  test("aborts the work when the lock is lost, and says so", async () => {
    const name = newName();
    let seen: HeldLock | undefined;
    const failed = clientOf(agents[0]!).withLock(name, { ttl_seconds: 5 }, async (lock) => {
      seen = lock;
      const lock_id = lock.locks[0]!.id;
      const body = { lock_id, force: true, reason: "The test takes it." };
      expect((await server.call(admin, "POST", "/locks/release", body)).statusCode).toBe(204);
      throw await aborted(lock.signal);
    });
    await expect(failed).rejects.toSatisfy(isLockLost);
    expect(seen!.signal.reason).toMatchObject({ code: "LOCK_LOST", status: 409 });
    expect(() => seen!.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
  });

  test("does not pass off as done what ended after its lock was lost", async () => {
    const failed = clientOf(agents[0]!).withLock(newName(), { ttl_seconds: 5 }, async (lock) => {
      const body = { lock_id: lock.locks[0]!.id, force: true, reason: "The test takes it." };
      await server.call(admin, "POST", "/locks/release", body);
      await aborted(lock.signal);
      return "done";
    });
    await expect(failed).rejects.toSatisfy(isLockLost);
  });

  test("gives the lock back after an error of the work, which wins over one of giving back", async () => {
    const name = newName();
    const client = clientOf(agents[0]!);
    const failed = client.withLock(name, {}, () => {
      throw new Error("the work's own");
    });
    await expect(failed).rejects.toThrow("the work's own");
    expect(await queueOf(name)).toBeUndefined();
    const twice = client.withLock(name, {}, async (lock) => {
      await client.locks.release(lock.locks[0]!.id);
      throw new Error("the work's own again");
    });
    await expect(twice).rejects.toThrow("the work's own again");
    const gone = client.withLock(name, {}, (lock) => client.locks.release(lock.locks[0]!.id));
    await expect(gone).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("leaves the queue when its signal is aborted while it waits", async () => {
    const name = newName();
    const [holder, waiter] = agents.map((agent) => clientOf(agent));
    const abort = new AbortController();
    const work = vi.fn();
    await holder!.withLock(name, {}, async () => {
      const waiting = waiter!.withLock(name, { signal: abort.signal }, work);
      waiting.catch(() => {});
      await vi.waitFor(async () => expect(await queueOf(name)).toMatchObject({ queue_length: 1 }), 10_000);
      abort.abort(new Error("changed my mind"));
      await expect(waiting).rejects.toThrow("changed my mind");
      expect(await queueOf(name)).toMatchObject({ queue_length: 0 });
    });
    expect(work).not.toHaveBeenCalled();
    expect(await queueOf(name)).toBeUndefined();
  });

  test("passes its signal on to the work, and still gives back", async () => {
    const name = newName();
    const abort = new AbortController();
    const failed = clientOf(agents[0]!).withLock(name, { signal: abort.signal }, async (lock) => {
      abort.abort(new Error("stop"));
      throw await aborted(lock.signal);
    });
    await expect(failed).rejects.toThrow("stop");
    expect(await queueOf(name)).toBeUndefined();
  });

  test("confirms a grant that it waited for longer than a third of its TTL, before the work begins", async () => {
    const name = newName();
    const { client, sent } = watched(agents[1]!);
    let waiting: Promise<number> | undefined;
    await clientOf(agents[0]!).withLock(name, {}, async () => {
      const beganAt = performance.now();
      waiting = client.withLock(name, { ttl_seconds: 5 }, (lock) => {
        lock.assertHeld();
        return sent.filter(({ path }) => path.endsWith("/heartbeat")).length;
      });
      await vi.waitFor(() => expect(performance.now() - beganAt).toBeGreaterThan(2_000), 5_000);
    });
    expect(await waiting).toBe(1);
  });
});

describe("an answer that gets lost", () => {
  test("of acquire: asking again gets the same grant", async () => {
    const name = newName();
    const client = clientOf(agents[0]!, { url: relay.url });
    const cuts = relay.cuts();
    relay.cutAnswerTo("POST /api/v1/locks/acquire");
    const lock = await client.locks.acquire(name, { wait_for_available: false });
    expect(relay.cuts()).toBe(cuts + 1);
    expect(await queueOf(name)).toMatchObject({ id: lock.id, fencing_token: lock.fencing_token });
    await client.locks.release(lock.id);
    expect(await queueOf(name)).toBeUndefined();
  });

  test("of acquire, in the queue: asking again gets the same place", async () => {
    const name = newName();
    const [holder, waiter] = [clientOf(agents[0]!), clientOf(agents[1]!, { url: relay.url })];
    let waiting: Promise<string> | undefined;
    await holder.withLock(name, {}, async () => {
      relay.cutAnswerTo("POST /api/v1/locks/acquire");
      const cuts = relay.cuts();
      waiting = waiter.withLock(name, {}, () => "granted");
      await vi.waitFor(() => expect(relay.cuts()).toBe(cuts + 1), 10_000);
      await vi.waitFor(async () => expect(await queueOf(name)).toMatchObject({ queue_length: 1 }), 10_000);
    });
    expect(await waiting).toBe("granted");
  });

  test("of a poll, with the grant in it: asking again gets that grant", async () => {
    const name = newName();
    const [holder, waiter] = [clientOf(agents[0]!), clientOf(agents[1]!, { url: relay.url })];
    const cuts = relay.cuts();
    let waiting: Promise<number> | undefined;
    const first = await holder.withLock(name, {}, async (lock) => {
      relay.cutAnswerTo("GET /api/v1/locks/requests");
      waiting = waiter.withLock(name, {}, ({ fencing_token }) => fencing_token);
      await vi.waitFor(async () => expect(await queueOf(name)).toMatchObject({ queue_length: 1 }), 10_000);
      return lock.fencing_token;
    });
    expect(await waiting).toBeGreaterThan(first);
    expect(relay.cuts()).toBe(cuts + 1);
    expect(await queueOf(name)).toBeUndefined();
  });

  test("of acquire, and then nobody wants it any more: what was granted is given back", async () => {
    const name = newName();
    const abort = new AbortController();
    const impatient = clientOf(agents[0]!, {
      url: relay.url,
      fetch: (input, init) =>
        fetch(input, init).catch((error: unknown) => {
          abort.abort(new Error("enough"));
          throw error;
        }),
    });
    const work = vi.fn();
    relay.cutAnswerTo("POST /api/v1/locks/acquire");
    await expect(impatient.withLock(name, { signal: abort.signal }, work)).rejects.toThrow("enough");
    await vi.waitFor(async () => expect(await queueOf(name)).toBeUndefined(), 10_000);
    expect(work).not.toHaveBeenCalled();
  });

  test("of release: asking again finds it done", async () => {
    const client = clientOf(agents[0]!, { url: relay.url });
    const lock = await client.locks.acquire(newName());
    const cuts = relay.cuts();
    relay.cutAnswerTo("POST /api/v1/locks/release");
    await client.locks.release(lock.id);
    expect(relay.cuts()).toBe(cuts + 1);
    await expect(client.locks.release(lock.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("of a new task: asking again finds the same one", async () => {
    const client = clientOf(owner, { url: relay.url });
    const cuts = relay.cuts();
    relay.cutAnswerTo("POST /api/v1/tasks");
    const task = await client.tasks.create(noopTask("Only once"));
    expect(relay.cuts()).toBe(cuts + 1);
    const { tasks } = (await server.call(admin, "GET", "/tasks?search=Only%20once")).json();
    expect(tasks.map(({ id }: { id: string }) => id)).toEqual([task.id]);
  });
});

describe("errors", () => {
  test("tell code, status, details, what to do and the request's id", async () => {
    const name = newName();
    const [holder, other] = agents.map((agent) => clientOf(agent));
    await holder!.withLock(name, { purpose: "the test" }, async (lock) => {
      const failure = await other!.locks.acquire(name, { wait_for_available: false }).catch((e) => e);
      expect(failure).toBeInstanceOf(ApiError);
      expect(failure).toMatchObject({
        code: "RESOURCE_LOCKED",
        status: 423,
        requestId: expect.any(String),
        next: expect.any(String),
        details: { holder: { owner_id: lock.owner_id, purpose: "the test" } },
      });
    });
  });

  test("of a wait that took too long, of a wrong field, of a wrong key, of a wrong address", async () => {
    const name = newName();
    const [holder, other] = agents.map((agent) => clientOf(agent));
    const codeOf = (call: Promise<unknown>) =>
      call.then(
        () => "none",
        (error) => error.code,
      );
    await holder!.withLock(name, {}, async () => {
      expect(await codeOf(other!.locks.acquire(name, { max_wait_seconds: 1 }))).toBe("RESOURCE_LOCKED");
    });
    expect(await codeOf(other!.locks.acquire(name, { ttl_seconds: 1 }))).toBe("VALIDATION_ERROR");
    const stranger = createClient({ url, apiKey: "ade_wrong" });
    expect(await codeOf(stranger.tasks.get(crypto.randomUUID()))).toBe("UNAUTHENTICATED");
    const lost = createClient({ url: "http://127.0.0.1:9", patienceMs: 0 });
    expect(await codeOf(lost.tasks.get(crypto.randomUUID()))).toBe("NO_ANSWER");
  });
});

describe("a task", () => {
  beforeAll(() => server.core.startWorker());

  test("goes from draft to its end, or is cancelled", async () => {
    const client = clientOf(owner);
    const task = await client.tasks.create(noopTask("To be cancelled"));
    expect(task.state).toBe("DRAFT");
    await client.tasks.submit(task.id);
    const ended = client.tasks.waitFor(task.id, { signal: AbortSignal.timeout(15_000) });
    expect((await client.tasks.cancel(task.id, { reason: "Not needed" })).state).toBe("CANCELLED");
    expect((await ended).state).toBe("CANCELLED");
  });

  /** What waits for this reviewer, once it does. */
  async function askedOf(reviewer: Caller, description: string) {
    return vi.waitFor(async () => {
      const { approvals } = await clientOf(reviewer).approvals.list({ status: ["PENDING"] });
      for (const approval of approvals) {
        const task = await clientOf(reviewer).tasks.get(approval.task_id);
        if (task.config.description === description) return approval;
      }
      throw new Error("not asked yet");
    }, 10_000);
  }

  test("that is gated resolves with the decision and its reason, and says meanwhile what it waits for", async () => {
    const reviewer = await server.person("gatekeeper", ["reviewer"]);
    const outcomes = {
      reject: "rejected",
      request_changes: "changes_requested",
      approve: "approved",
    } as const;
    for (const [action, decision] of Object.entries(outcomes)) {
      const description = `To be gated: ${action}`;
      const signal = AbortSignal.timeout(15_000);
      const waits: string[] = [];
      const onProgress = (task: TaskEntry) => waits.push(`${task.state}: ${task.waiting_for?.text}`);
      const gated = clientOf(owner).gate(noopTask(description), { signal, onProgress });
      gated.catch(() => {});
      const approval = await askedOf(reviewer, description);
      await vi.waitFor(() => expect(waits.at(-1)).toBe("REVIEWING: waiting for 1 reviewer"), 10_000);
      const reason = `Because of ${action}.`;
      await clientOf(reviewer).approvals.respond(approval.id, {
        action: action as keyof typeof outcomes,
        reason,
      });
      expect(await gated).toMatchObject({
        decision,
        reason,
        decided_by: [{ id: reviewer.id, name: "gatekeeper", reason }],
        task: { id: approval.task_id },
      });
    }
  }, 60_000);

  test("that is gated and cancelled says so; asked again under the same key, it is the same task", async () => {
    const client = clientOf(owner);
    const idempotencyKey = crypto.randomUUID();
    const abort = new AbortController();
    const ids = new Set<string>();
    const again = () =>
      client.gate(noopTask("To be given up"), {
        ...{ idempotencyKey, signal: abort.signal, onAbort: "cancel" },
        onProgress: ({ id }) => ids.add(id),
      });
    const [first, second] = [again(), again()];
    const ends = Promise.allSettled([first, second]);
    await vi.waitFor(() => expect(ids.size).toBe(1), 10_000);
    abort.abort(new Error("no patience"));
    expect((await ends).map((end) => end.status === "rejected" && end.reason.message)).toEqual([
      "no patience",
      "no patience",
    ]);
    const [id] = [...ids];
    await vi.waitFor(async () => expect((await client.tasks.get(id!)).state).toBe("CANCELLED"), 10_000);
    expect(await client.gate(noopTask("To be given up"), { idempotencyKey })).toMatchObject({
      decision: "cancelled",
      reason: "Whoever asked stopped waiting.",
      decided_by: [{ name: "owner" }],
    });
  });
});

describe("events", () => {
  test("come typed by name, and go on where a cut line left off", async () => {
    const client = clientOf(owner, { url: relay.url });
    const channels = ["tasks"];
    const signal = AbortSignal.timeout(15_000);
    // Promises: an event may be here before the answer that names its task.
    const made: Promise<string>[] = [];
    const seen: string[] = [];
    const make = () => {
      const task = clientOf(owner).tasks.create(noopTask(`Number ${made.length}`));
      made.push(task.then(({ id }) => id));
    };
    const opened: boolean[] = [];
    const onOpen = ({ again }: { again: boolean }) => {
      opened.push(again);
      make();
    };
    for await (const event of client.events({ channels, signal, onOpen })) {
      if (event.event !== "task:created") continue;
      if (!(await Promise.all(made)).includes(event.payload.task_id)) continue;
      expect(event.payload.task_type).toBe("test.noop");
      seen.push(event.payload.task_id);
      if (seen.length === 1) {
        relay.cutAll();
        make();
        await made.at(-1);
      }
      if (seen.length === 3) break;
    }
    expect(opened).toEqual([false, true]);
    expect(seen).toEqual(await Promise.all(made));
  });

  test("of a channel that may not be read are refused by name", async () => {
    const reading = async () => {
      for await (const event of clientOf(owner).events({ channels: ["locks"] })) return event;
    };
    await expect(reading()).rejects.toMatchObject({ code: "FORBIDDEN", details: { refused: ["locks"] } });
  });
});
