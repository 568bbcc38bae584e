import { ManualClock } from "@ade/testkit/manual-clock";
import { describe, expect, test, vi } from "vitest";
import type { Clock } from "../kernel/clock.ts";
import { type Beat, createLeaseKeeper, type Granted, keepLease, type LeaseSource } from "./lease.ts";

const TTL_SECONDS = 30;
type Sent = { at_ms: number; lock_ids: readonly string[]; ttl_extension_seconds: number };
type Answer = (sent: Sent) => readonly Beat[] | Promise<readonly Beat[]>;

const good: Answer = ({ lock_ids, ttl_extension_seconds }) =>
  lock_ids.map((id) => ({ id, ok: true, lease_ms: ttl_extension_seconds * 1000 }));
const never: Answer = () => new Promise<never>(() => {});
const away: Answer = () => Promise.reject(new Error("not answered"));
const settled = () => new Promise((resolve) => setImmediate(resolve));
const LOST = expect.objectContaining({ code: "LOCK_LOST", status: 409 });

/** A keeper on a clock that the test moves, and a lock service that answers as the test says. */
function stage(answer: Answer = good) {
  const clock = new ManualClock();
  const timers = new Set<{ at_ms: number; run: () => void }>();
  const beats: Sent[] = [];
  const after = (delayMs: number, run: () => void) => {
    const timer = { at_ms: clock.monotonicMs() + delayMs, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const keeper = createLeaseKeeper({
    clock,
    after,
    async beat(input) {
      const sent = { at_ms: Math.round(clock.monotonicMs()), ...input };
      beats.push(sent);
      return play.answer(sent);
    },
  });
  const play = {
    answer,
    beats,
    timers,
    clock,
    after,
    keep(ids: readonly string[], over: Partial<Granted> = {}) {
      const ttl_seconds = over.ttl_seconds ?? TTL_SECONDS;
      const granted = { ttl_seconds, sent_at_ms: clock.monotonicMs(), lease_ms: ttl_seconds * 1000, ...over };
      return keeper.keep(ids.map((id) => ({ ...granted, id })));
    },
    /** Lets time pass timer by timer. */
    async pass(ms: number) {
      const endMs = clock.monotonicMs() + ms;
      for (;;) {
        await settled();
        const [next] = [...timers].sort((a, b) => a.at_ms - b.at_ms);
        if (!next || next.at_ms > endMs) break;
        timers.delete(next);
        clock.advance(Math.max(0, next.at_ms - clock.monotonicMs()));
        next.run();
      }
      clock.advance(endMs - clock.monotonicMs());
      await settled();
    },
    times: () => beats.map(({ at_ms }) => at_ms),
  };
  return play;
}

describe("a lease", () => {
  test("is kept by one heartbeat for all its locks every third of the TTL, until it is stopped", async () => {
    const play = stage();
    const lease = play.keep(["a", "b"]);
    await play.pass(60_000);
    expect(play.times()).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(play.beats[0]).toMatchObject({ lock_ids: ["a", "b"], ttl_extension_seconds: 30 });
    lease.assertHeld();
    lease.stop();
    expect(play.timers.size).toBe(0);
    await play.pass(60_000);
    expect(play.beats).toHaveLength(6);
    expect(lease.signal.aborted).toBe(false);
  });

  test("is beaten for at a third of a short TTL, and every 10 s for a long one", async () => {
    const play = stage();
    play.keep(["short"], { ttl_seconds: 6 });
    play.keep(["long"], { ttl_seconds: 300 });
    await play.pass(10_000);
    const times = (id: string) => play.beats.filter((s) => s.lock_ids.includes(id)).map((s) => s.at_ms);
    expect(times("short")).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(times("long")).toEqual([10_000]);
    for (const beat of play.beats) expect(beat.lock_ids).toHaveLength(1);
  });

  test("is lost at once when one of its locks is, and takes no other with it", async () => {
    const play = stage((sent) =>
      sent.lock_ids.map((id) => ({ id, ok: id !== "foreign", lease_ms: TTL_SECONDS * 1000 })),
    );
    const lost = play.keep(["mine", "foreign"]);
    const other = play.keep(["other"]);
    const told = vi.fn();
    lost.signal.addEventListener("abort", told);
    await play.pass(10_000);
    expect(play.beats).toHaveLength(1);
    expect(lost.signal.reason).toMatchObject({ code: "LOCK_LOST", details: { lock_ids: ["foreign"] } });
    expect(() => lost.assertHeld()).toThrow(LOST);
    await play.pass(50_000);
    expect(told).toHaveBeenCalledOnce();
    other.assertHeld();
    for (const { lock_ids } of play.beats.slice(1)) expect(lock_ids).toEqual(["other"]);
  });

  test.each([
    ["fail", away],
    ["are not answered", never],
    ["leave it out", () => []],
  ] as const)("is given up at two thirds of its TTL when heartbeats %s", async (_, answer) => {
    const play = stage(answer);
    const lease = play.keep(["a"]);
    await play.pass(19_999);
    lease.assertHeld();
    expect(lease.signal.aborted).toBe(false);
    await play.pass(1);
    expect(lease.signal.reason).toMatchObject({ code: "LOCK_LOST" });
    const asked = play.beats.length;
    play.answer = good;
    await play.pass(60_000);
    expect(play.beats).toHaveLength(asked);
  });

  test("is asked for again after a second where a heartbeat failed, after three where none was answered", async () => {
    const failing = stage(away);
    failing.keep(["a"]);
    await failing.pass(12_500);
    expect(failing.times()).toEqual([10_000, 11_000, 12_000]);
    const silent = stage(never);
    silent.keep(["a"]);
    await silent.pass(16_000);
    expect(silent.times()).toEqual([10_000, 13_000, 16_000]);
  });

  test("survives heartbeats that fail for a while", async () => {
    const play = stage((sent) => (sent.at_ms < 19_000 ? away(sent) : good(sent)));
    const lease = play.keep(["a"]);
    await play.pass(60_000);
    lease.assertHeld();
  });

  test("is trusted from when the heartbeat was sent, not from when it was answered", async () => {
    const late = Promise.withResolvers<readonly Beat[]>();
    const play = stage((sent) => (sent.at_ms === 10_000 ? late.promise : never(sent)));
    const lease = play.keep(["a"]);
    await play.pass(18_000);
    late.resolve(await good(play.beats[0]!));
    // Sent at 10 s, answered at 18 s: trusted until 10 + 20 s.
    await play.pass(11_999);
    lease.assertHeld();
    await play.pass(1);
    expect(lease.signal.aborted).toBe(true);
  });

  test("is not prolonged by an answer that comes after it was given up", async () => {
    const late = Promise.withResolvers<readonly Beat[]>();
    const play = stage(() => late.promise);
    const lease = play.keep(["a"]);
    await play.pass(20_000);
    late.resolve(await good(play.beats[0]!));
    await settled();
    expect(() => lease.assertHeld()).toThrow(LOST);
    expect(play.timers.size).toBe(0);
  });

  test("is trusted for as long as the answer says, not for as long as was asked", async () => {
    const play = stage((sent) =>
      sent.lock_ids.map((id) => ({ id, ok: true, lease_ms: Math.min(30_000, 33_000 - sent.at_ms) })),
    );
    const lease = play.keep(["a"]);
    // The longest hold ends at 33 s; the heartbeat of 20 s was given 13 s, and trusts in two thirds of them.
    await play.pass(28_000);
    lease.assertHeld();
    await play.pass(2_000);
    expect(() => lease.assertHeld()).toThrow(LOST);
  });

  test("that is released while its heartbeat is under way is not lost", async () => {
    const answer = Promise.withResolvers<readonly Beat[]>();
    const play = stage(() => answer.promise);
    const lease = play.keep(["a"]);
    await play.pass(10_000);
    lease.stop();
    answer.resolve([{ id: "a", ok: false, lease_ms: 0 }]);
    await settled();
    expect(lease.signal.aborted).toBe(false);
  });

  test("that is released leaves no timer, also when a heartbeat fails afterwards", async () => {
    const answer = Promise.withResolvers<readonly Beat[]>();
    const play = stage(() => answer.promise);
    const lease = play.keep(["a"]);
    await play.pass(10_000);
    lease.stop();
    answer.reject(new Error("not answered"));
    await settled();
    expect(play.timers.size).toBe(0);
  });
});

describe("after a pause of the process", () => {
  test("a lease is not trusted, even before any timer could fire", () => {
    const play = stage();
    const lease = play.keep(["a"]);
    play.clock.advance(2 * TTL_SECONDS * 1000);
    expect(() => lease.assertHeld()).toThrow(LOST);
    expect(lease.signal.aborted).toBe(true);
    expect(play.beats).toEqual([]);
  });

  test("a late timer gives up what lapsed without asking for it, and keeps what did not", async () => {
    const play = stage();
    const lapsed = play.keep(["lapsed"]);
    const long = play.keep(["long"], { ttl_seconds: 300 });
    play.clock.advance(60_000);
    await play.pass(0);
    expect(lapsed.signal.reason).toMatchObject({ details: { lock_ids: ["lapsed"] } });
    long.assertHeld();
    expect(play.beats.flatMap(({ lock_ids }) => lock_ids)).toEqual(["long"]);
  });
});

describe("many locks of a process", () => {
  test("share heartbeats: what joins later goes with the next, and none waits beyond its interval", async () => {
    const play = stage();
    play.keep(["first"]);
    await play.pass(2_000);
    play.keep(["second"]);
    await play.pass(3_000);
    const third = play.keep(["third"]);
    await play.pass(55_000);
    third.stop();
    expect(play.beats[0]).toMatchObject({ at_ms: 10_000, lock_ids: ["first", "second"] });
    expect(play.beats[1]).toMatchObject({ at_ms: 15_000, lock_ids: ["third"] });
    await play.pass(20_000);
    for (const { lock_ids } of play.beats.filter(({ at_ms }) => at_ms > 60_000))
      expect(lock_ids).not.toContain("third");
  });

  test("10,000 are kept in batches of 200 that spread out, none is late, and one that is lost is alone", async () => {
    const play = stage((sent) =>
      sent.lock_ids.map((id) => ({ id, ok: id !== "7777" || sent.at_ms < 30_000, lease_ms: 30_000 })),
    );
    const leases = Array.from({ length: 10_000 }, (_, index) => play.keep([String(index)]));
    await play.pass(60_000);
    expect(leases.filter(({ signal }) => signal.aborted)).toEqual([leases[7777]]);
    const lastAt = new Map(leases.map((_, index) => [String(index), 0]));
    for (const { at_ms, lock_ids } of play.beats) {
      expect(lock_ids.length).toBeLessThanOrEqual(200);
      for (const id of lock_ids) {
        expect(at_ms - lastAt.get(id)!).toBeLessThanOrEqual(10_000);
        lastAt.set(id, at_ms);
      }
    }
    // Five rounds of a full interval and the beginning of another; sent early, at most a quarter more.
    expect(play.beats.length).toBeLessThan(6 * 50 * 1.25);
    const moments = new Set(play.beats.filter(({ at_ms }) => at_ms > 15_000).map(({ at_ms }) => at_ms));
    expect(moments.size).toBeGreaterThan(100);
    for (const lease of leases) lease.stop();
    expect(play.timers.size).toBe(0);
  });

  test("of which one batch is not answered lose that batch alone", async () => {
    const play = stage((sent) => (sent.lock_ids.includes("0") ? never(sent) : good(sent)));
    const leases = Array.from({ length: 400 }, (_, index) => play.keep([String(index)]));
    await play.pass(40_000);
    expect(leases.slice(0, 200).every(({ signal }) => signal.aborted)).toBe(true);
    for (const lease of leases.slice(200)) lease.assertHeld();
  });
});

describe("locks of the service in this process", () => {
  function service(clock: Pick<Clock, "monotonicMs">, known = true) {
    const beats: { principal_id: string; lock_ids: readonly string[] }[] = [];
    const lease = { sent_at_ms: clock.monotonicMs(), lease_ms: 30_000, ttl_seconds: 30 };
    const source: LeaseSource = {
      async beat(input) {
        beats.push(input);
        return input.lock_ids.map((id) => ({ id, ok: id !== "lost", lease_ms: 30_000 }));
      },
      leaseOf: () => (known ? lease : undefined),
    };
    return { source, beats };
  }

  test("share the heartbeats of their principal; whoever lost one is told which", async () => {
    vi.useFakeTimers();
    try {
      const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
      const { source, beats } = service(clock);
      const keep = (id: string, principal_id: string, onLost = vi.fn()) => ({
        onLost,
        lease: keepLease({ locks: [{ id }], service: source, principal_id, clock, onLost }),
      });
      const kept = [keep("a", "w1"), keep("lost", "w1"), keep("c", "w2")];
      await vi.advanceTimersByTimeAsync(10_000);
      expect(beats.map(({ principal_id, lock_ids }) => [principal_id, ...lock_ids])).toEqual([
        ["w1", "a", "lost"],
        ["w2", "c"],
      ]);
      const told = { lock_ids: ["lost"], reason: expect.any(String) };
      expect(kept.map(({ onLost }) => onLost.mock.calls)).toEqual([[], [[told]], []]);
      for (const { lease } of kept) lease.stop();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("of which this process knows no lease are asked for at once, and trusted for one interval", () => {
    const clock = new ManualClock();
    const { source } = service(clock, false);
    const lease = keepLease({ locks: [{ id: "a" }], service: source, principal_id: "w", clock });
    clock.advance(9_999);
    lease.assertHeld();
    clock.advance(1);
    expect(() => lease.assertHeld()).toThrow(LOST);
  });
});
