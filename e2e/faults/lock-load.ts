import { setTimeout as delay } from "node:timers/promises";
import { type HistoryEvent, historyClock } from "@ade/testkit/lock-history/history";
import { createRecordingSink } from "@ade/testkit/lock-history/sink";
import type { SeededRandom } from "@ade/testkit/seeded-random";
import { type House, LEASE_SECONDS } from "./house.ts";
import type { Answer } from "./rest.ts";

/** A lock, as the API answers 201. */
export type Granted = { id: string; acquired: true; fencing_token: number };
/** A place in the queue, as it answers 202. */
export type Queued = { id: string; acquired: false; request_id: string; queue_position: number };

export type LockLoad = {
  history: HistoryEvent[];
  record(event: HistoryEvent): void;
  /** Resolves when there are so many grants in all, or the time is over. */
  granted(count: number, withinMs: number): Promise<void>;
  grants(): number;
  stop(): Promise<void>;
};

const TRUSTED_PART = 2 / 3;
const CLIENTS_EACH = 3;
const WAIT_SECONDS = 60;
const POLL_SECONDS = 2;
const AGAIN_MS = 100;

/** Programs that take, use and give back a few locks by REST, as fast as they get them, and tell what they saw. */
export function startLockLoad(house: House, random: SeededRandom, name: string): LockLoad {
  const now = historyClock.monotonicMs;
  const history: HistoryEvent[] = [];
  const record = (event: HistoryEvent): void => void history.push(event);
  const sink = createRecordingSink(record);
  const stopping = new AbortController();
  const keys = [0, 1].map((at) => `database:${name}-${at}`);
  let grants = 0;

  async function runClient(client: string, key: string, draw: SeededRandom): Promise<void> {
    for (let turn = 1; !stopping.signal.aborted; turn += 1) {
      const resource_id = draw.pick(keys);
      const mode = draw.chance(0.25) ? ("shared" as const) : ("exclusive" as const);
      const call = `${client}:${turn}`;
      const told = { key: resource_id, mode, priority: 50, ttl_ms: LEASE_SECONDS * 1000 };
      record({
        type: "invoke",
        op: "acquire",
        at_ms: now(),
        call,
        client,
        wait_ms: WAIT_SECONDS * 1000,
        ...told,
      });
      const got = await acquire(call, key, resource_id, mode);
      if (!got) {
        await delay(AGAIN_MS);
        continue;
      }
      grants += 1;
      const { lock, trusted_until_ms } = got;
      const token = lock.fencing_token;
      record({ type: "ok", at_ms: now(), call, token, trusted_until_ms });
      if (draw.chance(0.3)) await delay(draw.int(1, 60));
      sink.write({ client, key: resource_id, mode, token });
      if (draw.chance(0.2)) await heartbeat(client, `${call}/beat`, key, resource_id, lock);
      if (draw.chance(0.2)) sink.write({ client, key: resource_id, mode, token });
      await release(client, `${call}/release`, key, resource_id, lock);
    }
  }

  /** Its place is asked after until it is granted or ended; without an answer it is asked again. */
  async function acquire(call: string, key: string, resource_id: string, mode: "shared" | "exclusive") {
    const body = {
      ...{ resource_type: "resource", resource_id, mode, owner_id: call, acquire_id: call },
      ...{ ttl_seconds: LEASE_SECONDS, max_wait_seconds: WAIT_SECONDS },
    };
    let request: string | null = null;
    const until = now() + WAIT_SECONDS * 1000 + 30_000;
    while (now() < until) {
      const sent = now();
      const answered: Answer<Granted | Queued> = request
        ? await house.rest.call<Granted | Queued>(
            key,
            "GET",
            `/locks/requests/${request}?wait_seconds=${POLL_SECONDS}`,
          )
        : await house.rest.call<Granted | Queued>(key, "POST", "/locks/acquire", body);
      const { status, body: answer, code } = answered;
      if (status === 201) {
        const trusted_until_ms = sent + LEASE_SECONDS * 1000 * TRUSTED_PART;
        return { lock: answer as Granted, trusted_until_ms };
      }
      if (status === 202) {
        if (!request) record({ type: "queued", at_ms: now(), call });
        request = (answer as Queued).request_id;
      } else if (status === 404) {
        // Redis forgot the place, or what was granted ran out before it was collected.
        record({ type: "unknown", at_ms: now(), call });
        return null;
      } else if (status === 0 || code === "DEPENDENCY_UNAVAILABLE" || code === "RATE_LIMITED") {
        await delay(AGAIN_MS);
      } else {
        if (status === 400 || status === 403) throw new Error(`An acquire was answered ${status} ${code}`);
        record({ type: "fail", at_ms: now(), call, code: code ?? "" });
        return null;
      }
    }
    record({ type: "unknown", at_ms: now(), call });
    return null;
  }

  async function heartbeat(client: string, call: string, key: string, resource_id: string, lock: Granted) {
    const token = lock.fencing_token;
    const sent = now();
    record({ type: "invoke", op: "heartbeat", at_ms: sent, call, client, key: resource_id, token });
    const body = { lock_id: lock.id, ttl_extension_seconds: LEASE_SECONDS };
    const { status } = await house.rest.call(key, "POST", "/locks/heartbeat", body);
    const at_ms = now();
    const trusted_until_ms = sent + LEASE_SECONDS * 1000 * TRUSTED_PART;
    if (status === 200) record({ type: "ok", at_ms, call, token, trusted_until_ms });
    else if (status === 404) record({ type: "fail", at_ms, call, code: "NOT_FOUND" });
    else record({ type: "unknown", at_ms, call });
  }

  async function release(client: string, call: string, key: string, resource_id: string, lock: Granted) {
    const told = { client, key: resource_id, token: lock.fencing_token };
    record({ type: "invoke", op: "release", at_ms: now(), call, ...told });
    const { status } = await house.rest.call(key, "POST", "/locks/release", { lock_id: lock.id });
    // "Gone" is open too: an answer may have been lost, and the call repeated on the way.
    record({ type: status === 204 ? "ok" : "unknown", at_ms: now(), call });
  }

  const running = house.keys.lockers.flatMap((key, locker) =>
    Array.from({ length: CLIENTS_EACH }, (_, at) => runClient(`locker ${locker}/${at}`, key, random.fork())),
  );
  return {
    history,
    record,
    grants: () => grants,
    async granted(count, withinMs) {
      const until = now() + withinMs;
      while (grants < count && now() < until) await delay(AGAIN_MS / 4);
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
