import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keepLease, type LeaseSource } from "./lease.ts";
import type { Lock } from "./schema.ts";

const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const TTL_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A lock service that answers as a test says. */
function source(answer: () => Promise<boolean>) {
  const sent: number[] = [];
  const sentAt = performance.now();
  const service: LeaseSource = {
    async beat({ lock_ids }) {
      sent.push(Math.round(performance.now() - sentAt));
      const ok = await answer();
      return lock_ids.map((id) => ({ id, ok, lease_ms: ok ? TTL_MS : 0 }));
    },
    leaseOf: () => ({ sent_at_ms: sentAt, lease_ms: TTL_MS, ttl_seconds: TTL_MS / 1000 }),
  };
  return { service, sent };
}
const locks = [{ id: "lock-1" }, { id: "lock-2" }] as Lock[];
const keep = (service: LeaseSource, onLost = vi.fn()) => ({
  onLost,
  lease: keepLease({ locks, service, principal_id: "w", clock, onLost }),
});
const never = () => new Promise<boolean>(() => {});
const away = () => Promise.reject(new Error("not answered"));

describe("a lease", () => {
  test("is kept by one heartbeat for all every third of its TTL, until it is stopped", async () => {
    const { service, sent } = source(async () => true);
    const { lease } = keep(service);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    lease.assertHeld();
    lease.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(6);
    expect(lease.signal.aborted).toBe(false);
  });

  test("is lost at once when one of its locks is", async () => {
    const { service } = source(async () => false);
    const { lease, onLost } = keep(service);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lease.signal.reason).toMatchObject({ code: "LOCK_LOST", status: 409 });
    expect(() => lease.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
    expect(onLost).toHaveBeenCalledOnce();
  });

  test.each([
    ["fail", away],
    ["are not answered", never],
  ])("is given up at two thirds of its TTL when heartbeats %s", async (_, answer) => {
    const { service } = source(answer);
    const { lease } = keep(service);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(lease.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(lease.signal.aborted).toBe(true);
  });

  test("is trusted from when the heartbeat was sent, not from when it was answered", async () => {
    let beats = 0;
    const { service } = source(async () => {
      if (beats++ > 0) return never();
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      return true;
    });
    const { lease } = keep(service);
    // Sent at 10 s, answered at 18 s: trusted until 10 + 20 s.
    await vi.advanceTimersByTimeAsync(29_999);
    expect(lease.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(lease.signal.aborted).toBe(true);
  });

  test("survives heartbeats that fail for a while", async () => {
    let answers = 0;
    const { service } = source(() => (++answers < 5 ? away() : Promise.resolve(true)));
    const { lease } = keep(service);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(lease.signal.aborted).toBe(false);
    lease.stop();
  });

  test("is not trusted after a pause, even before any timer could fire", () => {
    const { service, sent } = source(async () => true);
    let nowMs = performance.now();
    const paused = { ...clock, monotonicMs: () => nowMs };
    const lease = keepLease({ locks, service, principal_id: "w", clock: paused });
    nowMs += 2 * TTL_MS;
    expect(() => lease.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
    expect(sent).toEqual([]);
  });
});
