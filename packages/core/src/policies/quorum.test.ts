import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidatesOf, isMet, isRejected, peopleOf, unmet } from "./quorum.ts";
import { requiredApprovals } from "./required-approvals.ts";
import type { Requirement } from "./schema.ts";

const requirement = (partial: Partial<Requirement> = {}): Requirement => ({
  id: "r",
  policy_id: null,
  policy_name: "P",
  policy_version: 1,
  min_approvers: 1,
  candidates: [],
  open: false,
  who: "sec",
  required_roles: [],
  reject_threshold: 1,
  auto_approved: false,
  why: "",
  due_in_hours: null,
  ...partial,
});

const people = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`);

/** Requirements over `count` people that all can be met. */
const anyRequirements = (count: number, most: number): fc.Arbitrary<Requirement[]> =>
  fc.array(
    fc
      .record({
        candidates: fc.subarray(people(count), { minLength: 1 }),
        open: fc.boolean(),
        roles: fc.array(fc.subarray(people(count), { minLength: 1 }), { maxLength: 2 }),
        needed: fc.nat(4),
        auto: fc.nat(9),
        reject_threshold: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ candidates, open, roles, needed, auto, reject_threshold }) =>
        requirement({
          candidates: open ? people(count) : candidates,
          open,
          min_approvers: Math.min(needed, open ? count : candidates.length),
          required_roles: roles.map((members, index) => ({ name: `role${index}`, members })),
          auto_approved: auto === 0,
          reject_threshold,
        }),
      ),
    { minLength: 1, maxLength: most },
  );

const allMet = (requirements: readonly Requirement[], approvers: readonly string[]) =>
  requirements.every((one) => isMet(one, approvers));

/** The size of the smallest set of people that meets everything, by trying all. */
function bruteForce(requirements: readonly Requirement[], count: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < 2 ** count; mask++) {
    const chosen = people(count).filter((_, index) => mask & (1 << index));
    if (chosen.length < best && allMet(requirements, chosen)) best = chosen.length;
  }
  return best;
}

describe("requiredApprovals", () => {
  test("is minimal: it equals the smallest set found by trying all", () => {
    fc.assert(
      fc.property(anyRequirements(8, 6), (requirements) => {
        expect(requiredApprovals(requirements)).toEqual({ count: bruteForce(requirements, 8), exact: true });
      }),
      { numRuns: 500 },
    );
  });

  test("one person in two groups counts in both, two groups apart need two", () => {
    const sec = requirement({ candidates: ["a", "b"] });
    const sre = requirement({ candidates: ["b", "c"] });
    expect(requiredApprovals([sec, sre])).toEqual({ count: 1, exact: true });
    expect(requiredApprovals([sec, requirement({ candidates: ["c"] })])).toEqual({ count: 2, exact: true });
    expect(
      requiredApprovals([
        requirement({ candidates: ["a"], required_roles: [{ name: "x", members: ["b"] }] }),
      ]),
    ).toEqual({ count: 2, exact: true });
  });

  test("finds what greed does not: two who cover all rather than the one who covers most and two more", () => {
    const demand = (...candidates: string[]) => requirement({ candidates });
    const requirements = [
      demand("big", "left"),
      demand("big", "left"),
      demand("big", "right"),
      demand("big", "right"),
      demand("left"),
      demand("right"),
    ];
    expect(requiredApprovals(requirements)).toEqual({ count: 2, exact: true });
  });

  test("nothing is needed where all is waived", () => {
    expect(requiredApprovals([requirement({ auto_approved: true })])).toEqual({ count: 0, exact: true });
  });

  test("thousands of interchangeable reviewers are exact and quick", () => {
    const many = people(3000);
    const requirements = [
      requirement({ candidates: many, open: true, min_approvers: 3 }),
      requirement({ candidates: many.slice(0, 100), min_approvers: 2 }),
      requirement({ candidates: many.slice(50, 200), min_approvers: 2 }),
    ];
    expect(requiredApprovals(requirements)).toEqual({ count: 3, exact: true });
  });

  test("16 people with hard demands: exact, and as many as trying all finds", () => {
    const random = generator(7);
    const requirements = Array.from({ length: 40 }, () =>
      requirement({ candidates: people(16).filter(() => random() < 0.25) }),
    ).filter((one) => one.candidates.length > 0);
    expect(requiredApprovals(requirements)).toEqual({ count: bruteForce(requirements, 16), exact: true });
  });

  test("20 people are exact whatever their demands", () => {
    const random = generator(3);
    const requirements = Array.from({ length: 300 }, () =>
      requirement({ candidates: people(20).filter(() => random() < 0.5), min_approvers: 3 }),
    ).filter((one) => one.candidates.length >= 3);
    expect(requiredApprovals(requirements).exact).toBe(true);
  });

  test("beyond 20 people it ends, and where it is not exact it is an upper bound that people can meet", () => {
    const random = generator(11);
    const requirements = Array.from({ length: 120 }, () =>
      requirement({ candidates: people(80).filter(() => random() < 0.08) }),
    ).filter((one) => one.candidates.length > 0);
    const { count, exact } = requiredApprovals(requirements);
    expect(exact).toBe(false);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(80);
  });

  test("people who are not there are counted, not forgotten", () => {
    expect(requiredApprovals([requirement({ candidates: ["a"], min_approvers: 3 })])).toEqual({
      count: 3,
      exact: false,
    });
  });
});

describe("isMet", () => {
  test("is monotone: another approval never un-meets a requirement", () => {
    fc.assert(
      fc.property(
        anyRequirements(6, 4),
        fc.array(fc.constantFrom(...people(6), "admin")),
        fc.constantFrom(...people(6), "admin", "stranger"),
        (requirements, approvers, another) => {
          for (const one of requirements) {
            if (isMet(one, approvers)) expect(isMet(one, [...approvers, another])).toBe(true);
          }
        },
      ),
    );
  });

  test("everybody together meets whatever can be met", () => {
    fc.assert(
      fc.property(anyRequirements(6, 4), (requirements) => {
        expect(allMet(requirements, people(6))).toBe(true);
      }),
    );
  });

  test("one human is one vote, however often they say it", () => {
    const two = requirement({ candidates: ["a", "b"], min_approvers: 2 });
    expect(isMet(two, ["a", "a", "a"])).toBe(false);
    expect(isMet(requirement({ open: true, candidates: ["a", "b"], min_approvers: 2 }), ["a", "a"])).toBe(
      false,
    );
    expect(isMet(requirement({ candidates: ["a", "a"], min_approvers: 2 }), ["a"])).toBe(false);
  });

  test("an admin's answer counts where the requirement is open or lists them, nowhere else", () => {
    expect(isMet(requirement({ open: true, candidates: ["a"] }), ["admin"])).toBe(true);
    expect(isMet(requirement({ candidates: ["a", "admin"] }), ["admin"])).toBe(true);
    expect(isMet(requirement({ candidates: ["a"] }), ["admin"])).toBe(false);
  });
});

describe("unmet", () => {
  test("says what is missing", () => {
    const requirements = [
      requirement({ id: "a", candidates: ["a", "b"], min_approvers: 2 }),
      requirement({
        id: "b",
        open: true,
        candidates: ["c"],
        required_roles: [{ name: "sre", members: ["d"] }],
      }),
      requirement({ id: "c", auto_approved: true }),
    ];
    const texts = (...approvers: string[]) => unmet(requirements, approvers).map((one) => one.text);
    expect(texts()).toEqual(["2 of sec", "1 reviewer and 1 of sre"]);
    expect(texts("a")).toEqual(["1 of sec", "1 of sre"]);
    expect(texts("a", "d")).toEqual(["1 of sec"]);
    expect(texts("a", "b", "d")).toEqual([]);
    expect(unmet(requirements, ["a"])[1]).toMatchObject({ missing: 0, roles: ["sre"] });
  });
});

describe("isRejected", () => {
  test("counts distinct people of the requirement up to its threshold", () => {
    const two = [requirement({ candidates: ["a", "b", "c"], reject_threshold: 2 })];
    expect(isRejected(two, ["a"])).toBe(false);
    expect(isRejected(two, ["a", "a"])).toBe(false);
    expect(isRejected(two, ["a", "stranger"])).toBe(false);
    expect(isRejected(two, ["a", "b"])).toBe(true);
  });

  test("members of a required role count, an admin only where it is open, and a waived one never rejects", () => {
    const roles = { required_roles: [{ name: "sre", members: ["d"] }] };
    expect(isRejected([requirement({ candidates: ["a"], ...roles })], ["d"])).toBe(true);
    expect(isRejected([requirement({ candidates: ["a"] })], ["admin"])).toBe(false);
    expect(isRejected([requirement({ candidates: ["a"], open: true })], ["admin"])).toBe(true);
    expect(isRejected([requirement({ candidates: ["a"], auto_approved: true })], ["a"])).toBe(false);
  });

  test("all of them end it even below the threshold: nothing waits for people who are not there", () => {
    expect(isRejected([requirement({ candidates: ["a", "b"], reject_threshold: 5 })], ["a", "b"])).toBe(true);
  });

  test("nobody's silence is a rejection", () => {
    fc.assert(
      fc.property(anyRequirements(5, 4), (requirements) => {
        expect(isRejected(requirements, [])).toBe(false);
      }),
    );
  });
});

test("candidatesOf asks each person once, with every requirement they serve and its rule", () => {
  fc.assert(
    fc.property(anyRequirements(6, 4), (given) => {
      const requirements = given.map((one, index) => ({ ...one, id: `r${index}` }));
      const candidates = candidatesOf(requirements);
      expect(new Set(candidates.map((one) => one.user_id)).size).toBe(candidates.length);
      for (const candidate of candidates) {
        const serves = requirements.filter(
          (one) => !one.auto_approved && peopleOf(one).has(candidate.user_id),
        );
        expect(candidate.requirement_ids).toEqual(serves.map((one) => one.id));
        expect(candidate.why.map((why) => why.requirement_id)).toEqual(candidate.requirement_ids);
      }
    }),
  );
});

/** A small seeded generator (mulberry32), so that a hard case is the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
