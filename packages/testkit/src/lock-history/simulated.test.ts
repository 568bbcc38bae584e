import fc from "fast-check";
import { expect, test } from "vitest";
import { story } from "./story.ts";

/** A lock that works, simulated: a fair queue, served in turn, by a random plan of clients. */
const plans = fc.array(
  fc.record({
    gap_ms: fc.integer({ min: 1, max: 50 }),
    hold_ms: fc.integer({ min: 4, max: 60 }),
    answer_ms: fc.integer({ min: 1, max: 9 }),
    mode: fc.constantFrom<"exclusive" | "shared">("exclusive", "shared"),
    isAnswered: fc.boolean(),
  }),
  { minLength: 2, maxLength: 40 },
);

function simulate(plan: typeof plans extends fc.Arbitrary<infer T> ? T : never) {
  const told = story();
  let [now, freeForAll, freeForReaders] = [0, 0, 0];
  let previous = 0;
  const grants = plan.map(({ gap_ms, hold_ms, answer_ms, mode, isAnswered }, at) => {
    now += gap_ms;
    const granted = Math.max(now + 1, previous, mode === "exclusive" ? freeForAll : freeForReaders);
    previous = granted;
    const released = granted + answer_ms + hold_ms;
    freeForAll = Math.max(freeForAll, released);
    if (mode === "exclusive") freeForReaders = Math.max(freeForReaders, released);
    const client = told.client(`c${at}`);
    const asked = client.acquire(now, { mode, wait_ms: 60_000 });
    if (granted > now + 1) asked.queued(now + 1);
    asked.ok(granted + answer_ms, granted * 100 + at, released);
    client.write(granted + answer_ms, granted * 100 + at, mode);
    const release = client.release(released - 1, granted * 100 + at);
    if (isAnswered) release.ok(released + answer_ms);
    else release.unknown(released + 2_000);
    return { token: granted * 100 + at, mode, released, client };
  });
  return { told, grants };
}

test("every history of a lock that works is good", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { told } = simulate(plan);
      expect(told.judge().violations).toEqual([]);
    }),
  );
});

test("in any of them a write of the first holder after the last one's is found", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { told, grants } = simulate(plan);
      const [first, last] = [grants[0]!, grants.at(-1)!];
      fc.pre(first.mode === "exclusive" || last.mode === "exclusive");
      first.client.write(last.released + 1, first.token, first.mode);
      expect(told.rules()).toContain("stale-write");
    }),
  );
});

test("in any of them a second exclusive holder beside the last is found", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { told, grants } = simulate(plan);
      const last = grants.at(-1)!;
      const at_ms = last.released - 1.5;
      told
        .client("thief")
        .acquire(at_ms - 0.1)
        .ok(at_ms, last.token + 50, at_ms + 100);
      expect(told.rules({ tolerance_ms: 0 })).toContain("two-holders");
    }),
  );
});

test("a hundred thousand operations on one key are judged within ten seconds", () => {
  const told = story();
  const client = told.client("a");
  for (let at = 0; at < 50_000; at += 1) {
    client.acquire(at * 4).ok(at * 4 + 1, at + 1);
    client.release(at * 4 + 2, at + 1).ok(at * 4 + 3);
  }
  const from = performance.now();
  expect(told.judge()).toMatchObject({ operations: 100_000, violations: [] });
  expect(performance.now() - from).toBeLessThan(10_000);
});
