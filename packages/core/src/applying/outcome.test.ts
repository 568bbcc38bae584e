import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterInterruption,
  backoffMs,
  lookAgainMs,
  MAX_ATTEMPTS,
  MAX_CRASHES,
  recheckMs,
} from "./outcome.ts";

const facts = (attempts: number, crashes = 0, abort_requested_at: Date | null = null) => ({
  attempts,
  crashes,
  abort_requested_at,
});
const again = { retry: true };
const once = { retry: false };
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const interruption = fc.constantFrom("died" as const, "lost" as const, "drained" as const);

describe("backoff", () => {
  test("stays within full jitter's bounds and below a minute", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), random, (attempt, chance) => {
        const ms = backoffMs(attempt, chance);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThan(Math.min(60_000, 1_000 * 2 ** attempt));
      }),
    );
  });

  test("its upper bound doubles with each attempt", () => {
    expect([1, 2, 3, 4].map((attempt) => backoffMs(attempt, 0.5))).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  test("a blocked task asks by itself between every 1.5 and 20 s, the seldomer the longer it waits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        random,
        (a, b, chance) => {
          const [short, long] = [Math.min(a, b), Math.max(a, b)];
          expect(recheckMs(short, chance)).toBeGreaterThanOrEqual(1_500);
          expect(recheckMs(long, chance)).toBeLessThanOrEqual(20_000);
          expect(recheckMs(long, chance)).toBeGreaterThanOrEqual(recheckMs(short, chance));
        },
      ),
    );
  });
});

describe("where it cannot be found out how things stand", () => {
  const looksUntilGivenUp = (kind: Parameters<typeof lookAgainMs>[0], isFirst: boolean): number => {
    let looks = 0;
    while (lookAgainMs(kind, { looks, isFirst }, 0.5) !== null) looks += 1;
    return looks + 1;
  };

  test("what passes has half an hour, what lasts its attempts, and what nobody can ever tell is asked once", () => {
    let waitedMs = 0;
    for (let looks = 0; ; looks += 1) {
      const ms = lookAgainMs("passing", { looks, isFirst: false }, 0.5);
      if (ms === null) break;
      waitedMs += ms;
    }
    expect(waitedMs).toBeGreaterThan(25 * 60_000);
    expect(waitedMs).toBeLessThan(35 * 60_000);
    expect(looksUntilGivenUp("lasting", false)).toBe(MAX_ATTEMPTS);
    expect(looksUntilGivenUp("unknown", false)).toBe(1);
  });

  test("before a first attempt what lasts is for people at once, what passes is waited for as well", () => {
    expect(looksUntilGivenUp("lasting", true)).toBe(1);
    expect(looksUntilGivenUp("passing", true)).toBe(looksUntilGivenUp("passing", false));
  });
});

describe("after an interruption", () => {
  test("a task is tried again later; a drained one at once", () => {
    expect(afterInterruption(facts(1), "died", again, 0.5)).toMatchObject({
      to: "APPROVED",
      retry_in_ms: 1_000,
    });
    expect(afterInterruption(facts(1), "drained", again, 0.5)).toMatchObject({
      to: "APPROVED",
      retry_in_ms: 0,
    });
  });

  test("the fifth attempt is the last", () => {
    for (const why of ["died", "lost", "drained"] as const) {
      expect(afterInterruption(facts(MAX_ATTEMPTS - 1), why, again, 0).to).toBe("APPROVED");
      expect(afterInterruption(facts(MAX_ATTEMPTS), why, again, 0)).toMatchObject({
        to: "COMPLETED",
        // Only who lives and holds its locks knows how far it came, and brings that back.
        result: why === "drained" ? "failure" : "unknown",
        error: expect.stringContaining("Given up after 5 attempts"),
      });
    }
  });

  test("the third worker that dies of it is the last, until an admin looks", () => {
    expect(afterInterruption(facts(2, MAX_CRASHES - 2), "died", again, 0)).toMatchObject({ retry_in_ms: 0 });
    expect(afterInterruption(facts(3, MAX_CRASHES - 1), "died", again, 0)).toMatchObject({
      to: "APPROVED",
      retry_in_ms: null,
    });
  });

  test("a worker that lives on is no crash", () => {
    expect(afterInterruption(facts(3, MAX_CRASHES - 1), "lost", again, 0)).toMatchObject({ retry_in_ms: 0 });
  });

  test("what cannot be tried again safely, or was to be aborted, ends as unknown, never as an attempt", () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(10), interruption, random, (attempts, crashes, why, chance) => {
        const ends = { to: "COMPLETED", result: "unknown" };
        expect(afterInterruption(facts(attempts, crashes), why, once, chance)).toMatchObject(ends);
        const aborted = facts(attempts, crashes, new Date(0));
        expect(afterInterruption(aborted, why, again, chance)).toMatchObject(ends);
      }),
    );
  });
});
