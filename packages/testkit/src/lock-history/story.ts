import { type CheckOptions, checkHistory } from "./check.ts";
import type { HistoryEvent } from "./history.ts";

const TTL = 5_000;
export type Told = Partial<Extract<HistoryEvent, { type: "invoke"; op: "acquire" }>>;

/** Writes a history by hand: `a.acquire(0).ok(5, 101)` is an acquire sent at 0 ms and granted token 101 at 5 ms. */
export function story() {
  const events: HistoryEvent[] = [];
  let calls = 0;
  function client(name: string, key = "k") {
    const call = (
      event: Omit<Extract<HistoryEvent, { type: "invoke" }>, "call" | "client" | "key" | "type">,
    ) => {
      calls += 1;
      const id = `${name}/${calls}`;
      events.push({ type: "invoke", call: id, client: name, key, ...event } as HistoryEvent);
      const end = (more: object) => void events.push({ call: id, ...more } as HistoryEvent);
      const ending = {
        queued(at_ms: number) {
          end({ type: "queued", at_ms });
          return ending;
        },
        ok: (at_ms: number, token?: number, trusted_until_ms = at_ms + TTL) =>
          end({ type: "ok", at_ms, token, trusted_until_ms }),
        fail: (at_ms: number, code = "RESOURCE_LOCKED") => end({ type: "fail", at_ms, code }),
        unknown: (at_ms: number) => end({ type: "unknown", at_ms }),
      };
      return ending;
    };
    return {
      acquire: (at_ms: number, more: Told = {}) =>
        call({
          op: "acquire",
          at_ms,
          mode: "exclusive",
          priority: 50,
          wait_ms: 0,
          ttl_ms: TTL,
          ...more,
        } as never),
      release: (at_ms: number, token: number) => call({ op: "release", at_ms, token } as never),
      heartbeat: (at_ms: number, token: number) => call({ op: "heartbeat", at_ms, token } as never),
      write: (at_ms: number, token: number, mode: "exclusive" | "shared" = "exclusive", accepted = true) =>
        void events.push({ type: "write", at_ms, client: name, key, mode, token, accepted }),
    };
  }
  const fault = (
    at_ms: number,
    healed_ms: number,
    { name = "flushall", loses = true, unheard = false } = {},
  ) => {
    events.push({ type: "fault", at_ms, name, loses, unheard }, { type: "healed", at_ms: healed_ms, name });
  };
  /** Judged in the order of time, as a recorder would have written it. */
  const judge = (options?: CheckOptions) =>
    checkHistory(
      events
        .map((event, at) => ({ event, at }))
        .sort((x, y) => x.event.at_ms - y.event.at_ms || x.at - y.at)
        .map(({ event }) => event),
      options,
    );
  const rules = (options?: CheckOptions) => judge(options).violations.map(({ rule }) => rule);
  return { client, fault, judge, rules };
}
