import fc from "fast-check";
import { expect, test } from "vitest";
import { createBreaker } from "./breaker.ts";

function make(random = () => 0.5) {
  const clock = { now: 0 };
  const breaker = createBreaker({ monotonicMs: () => clock.now, random });
  return { breaker, clock };
}
/** Calls that fail, one after the other. */
function fail(breaker: ReturnType<typeof make>["breaker"], times: number): void {
  for (let count = 0; count < times; count++) {
    expect(breaker.allows()).toBe(true);
    breaker.failed();
  }
}

test("some failures in a row open it, others do not", () => {
  const { breaker } = make();
  fail(breaker, 2);
  breaker.succeeded();
  fail(breaker, 2);
  expect(breaker.isOpen()).toBe(false);
  fail(breaker, 1);
  expect(breaker.isOpen()).toBe(true);
  expect(breaker.allows()).toBe(false);
});

test("while open one probe goes out in each interval, and the intervals grow to their limit", () => {
  const { breaker, clock } = make();
  fail(breaker, 3);
  const probes: number[] = [];
  for (; clock.now < 12_000; clock.now += 5) {
    if (!breaker.allows()) continue;
    probes.push(clock.now);
    expect(breaker.allows()).toBe(false);
    breaker.failed();
  }
  // The middles of 0-250, 250-750, 750-1750, 1750-3750, and so on every two seconds.
  expect(probes).toEqual([125, 500, 1250, 2750, 4750, 6750, 8750, 10_750]);
});

test("a good probe closes it, and the next trouble begins with the first interval", () => {
  const { breaker, clock } = make();
  fail(breaker, 3);
  clock.now = 125;
  fail(breaker, 1);
  clock.now = 500;
  expect(breaker.allows()).toBe(true);
  breaker.succeeded();
  expect(breaker.isOpen()).toBe(false);
  fail(breaker, 3);
  clock.now += 125;
  expect(breaker.allows()).toBe(true);
});

test("a hint makes the next call the probe; what failed late changes nothing", () => {
  const { breaker, clock } = make();
  fail(breaker, 3);
  clock.now = 10;
  breaker.failed();
  expect(breaker.allows()).toBe(false);
  breaker.hint();
  expect(breaker.allows()).toBe(true);
  breaker.hint();
  expect(breaker.allows()).toBe(false);
});

test("a probe that is never heard of again does not hold it open for ever", () => {
  const { breaker, clock } = make();
  fail(breaker, 3);
  clock.now = 200;
  expect(breaker.allows()).toBe(true);
  clock.now = 5_199;
  expect(breaker.allows()).toBe(false);
  clock.now = 5_200;
  expect(breaker.allows()).toBe(true);
});

test("whatever chance says, an outage costs at most one probe an interval, and is found over within two of them", () => {
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(chances, fc.integer({ min: 1_000, max: 30_000 }), (values, over) => {
      let at = 0;
      const { breaker, clock } = make(() => values[at++ % values.length]!);
      fail(breaker, 3);
      let probes = 0;
      for (; clock.now < over; clock.now += 10) {
        if (!breaker.allows()) continue;
        probes += 1;
        breaker.failed();
      }
      expect(probes).toBeLessThanOrEqual(4 + over / 2_000);
      expect(probes).toBeGreaterThanOrEqual(Math.floor(over / 4_000));
      while (!breaker.allows()) clock.now += 10;
      expect(clock.now).toBeLessThanOrEqual(over + 4_010);
    }),
  );
});
