import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frozenUntil, neverThaws } from "./freeze.ts";
import { type Freeze, freeze, policyInput } from "./schema.ts";
import { policyIssues } from "./validate.ts";
import { momentOf, wallClock, wallText } from "./wall-clock.ts";

const berlin = "Europe/Berlin";
const at = (text: string) => new Date(text);
const until = (one: Freeze | Freeze[], moment: string) =>
  frozenUntil([one].flat(), at(moment))?.until.toISOString() ?? null;
const dates = (from: string, to: string, time_zone = berlin): Freeze => ({
  name: "Year end",
  dates: [{ from, to, time_zone }],
});
const weekly = (days: number[], from: string, to: string, time_zone = berlin): Freeze => ({
  name: "Weekend",
  windows: [{ days, from, to, time_zone }],
});
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];

describe("a freeze by dates", () => {
  const yearEnd = dates("2026-12-19T00:00", "2027-01-04T06:00");
  test("begins and ends on the minute of its own time zone, its end not included", () => {
    expect(until(yearEnd, "2026-12-18T22:59:59.999Z")).toBeNull();
    expect(until(yearEnd, "2026-12-18T23:00:00Z")).toBe("2027-01-04T05:00:00.000Z");
    expect(until(yearEnd, "2027-01-04T04:59:59.999Z")).toBe("2027-01-04T05:00:00.000Z");
    expect(until(yearEnd, "2027-01-04T05:00:00Z")).toBeNull();
  });
  test("says its name and the end in its own time", () => {
    const frozen = frozenUntil([yearEnd], at("2026-12-24T12:00:00Z"))!;
    expect(frozen.name).toBe("Year end");
    expect(wallText(frozen.until, frozen.time_zone)).toBe("2027-01-04 06:00 Europe/Berlin");
  });
  test("that another follows at once, or overlaps, ends with the last of them", () => {
    const second = { ...dates("2027-01-04T06:00", "2027-01-05T00:00"), name: "Inventory" };
    const frozen = frozenUntil([second, yearEnd], at("2026-12-24T12:00:00Z"));
    expect(frozen).toMatchObject({ name: "Year end", until: at("2027-01-04T23:00:00Z") });
    expect(until([yearEnd, weekly([1], "05:00", "09:00")], "2026-12-24T12:00:00Z")).toBe(
      "2027-01-04T08:00:00.000Z",
    );
  });
});

describe("a weekly freeze", () => {
  test("over midnight belongs to the day on which it begins", () => {
    const friday = weekly([5], "18:00", "08:00");
    expect(until(friday, "2026-11-20T16:59:00Z")).toBeNull();
    expect(until(friday, "2026-11-20T17:00:00Z")).toBe("2026-11-21T07:00:00.000Z");
    expect(until(friday, "2026-11-21T06:59:59Z")).toBe("2026-11-21T07:00:00.000Z");
    expect(until(friday, "2026-11-21T07:00:00Z")).toBeNull();
    expect(until(friday, "2026-11-21T18:00:00Z")).toBeNull();
  });
  test("from midnight to midnight is the whole day, and days in a row are one freeze", () => {
    const weekend = weekly([6, 0], "00:00", "00:00");
    expect(until(weekend, "2026-11-20T22:59:59Z")).toBeNull();
    expect(until(weekend, "2026-11-20T23:00:00Z")).toBe("2026-11-22T23:00:00.000Z");
  });
  test("that leaves no gap in the week is refused where it is written", () => {
    const always = weekly(ALL_DAYS, "00:00", "00:00");
    expect(neverThaws(always)).toBe(true);
    expect(neverThaws(weekly(ALL_DAYS, "00:01", "00:00"))).toBe(false);
    const policy = policyInput.parse({ name: "p", freeze: always });
    expect(policyIssues(policy, { people: [], groups: [] })).toEqual([
      { field: "freeze.windows", issue: expect.stringContaining("no moment of the week") },
    ]);
  });
});

describe("when the clocks change", () => {
  // 2026-03-29 02:00 becomes 03:00 in Berlin, 2026-10-25 03:00 becomes 02:00.
  test("an hour that is skipped neither begins nor ends anything by itself", () => {
    expect(until(weekly([0], "02:15", "02:45"), "2026-03-29T01:00:00Z")).toBeNull();
    expect(until(weekly([0], "01:00", "02:30"), "2026-03-29T00:59:59Z")).toBe("2026-03-29T01:00:00.000Z");
    expect(until(weekly([0], "02:30", "04:00"), "2026-03-29T01:00:00Z")).toBe("2026-03-29T02:00:00.000Z");
    expect(until(weekly([0], "02:30", "04:00"), "2026-03-29T00:59:59Z")).toBeNull();
  });
  test("an hour that is repeated is frozen both times, without a gap in between", () => {
    const night = weekly([0], "01:00", "02:30");
    expect(until(night, "2026-10-25T00:30:00Z")).toBe("2026-10-25T01:30:00.000Z");
    expect(until(night, "2026-10-25T00:59:00Z")).toBe("2026-10-25T01:30:00.000Z");
    expect(until(night, "2026-10-25T01:30:00Z")).toBeNull();
    expect(until(weekly([0], "02:30", "05:00"), "2026-10-25T01:10:00Z")).toBe("2026-10-25T04:00:00.000Z");
  });
  test("a day without midnight begins where its clock does", () => {
    // Santiago skips from 24:00 to 01:00 on 2026-09-06.
    const sunday = weekly([0], "00:00", "06:00", "America/Santiago");
    expect(until(sunday, "2026-09-06T03:59:59Z")).toBeNull();
    expect(until(sunday, "2026-09-06T04:00:00Z")).toBe("2026-09-06T09:00:00.000Z");
  });
});

test("whatever the zone and the moment, nothing is frozen at the end, and everything just before it", () => {
  const zones = [
    "UTC",
    berlin,
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
  ];
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "15", "30", "45"))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);
  const window = fc.record({
    days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
    from: time,
    to: time,
    time_zone: fc.constantFrom(...zones),
  });
  const moment = fc.date({
    min: at("2026-01-01T00:00:00Z"),
    max: at("2027-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), moment, (windows, when) => {
      const rule: Freeze = { name: "f", windows };
      if (neverThaws(rule)) return;
      const frozen = frozenUntil([rule], when);
      if (!frozen) return;
      expect(frozen.until > when).toBe(true);
      expect(frozenUntil([rule], frozen.until)).toBeNull();
      expect(frozenUntil([rule], new Date(frozen.until.getTime() - 1))).not.toBeNull();
    }),
    { numRuns: 300 },
  );
});

test("a wall clock and its moments fit each other in every zone", () => {
  for (const zone of [berlin, "Australia/Lord_Howe", "America/St_Johns"]) {
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 7 * 3_600_000 + 60_000) {
      const wall = wallClock(new Date(ms), zone);
      expect(momentOf(wall, zone, "first").getTime()).toBeLessThanOrEqual(ms);
      expect(momentOf(wall, zone, "last").getTime()).toBeGreaterThanOrEqual(ms);
    }
  }
});

test.each([
  [{ name: "x" }, /state weekly windows, dates/],
  [dates("2026-12-19T00:00", "2026-12-19T00:00"), /end after it begins/],
  [dates("2026-02-30T00:00", "2026-03-02T00:00"), /no date/],
])("%j is refused", (rule, message) => {
  expect(freeze.safeParse(rule).error?.message).toMatch(message);
});

describe("a window for applying", () => {
  const outside = (days: number[], from: string, to: string, time_zone = berlin): Freeze => ({
    name: "Releases",
    outside: [{ days, from, to, time_zone }],
  });
  // 2026-11-24 is a Tuesday.
  const release = outside([2, 4], "20:00", "22:00");
  test("holds what comes outside of it until it opens next, by the wall clock of its zone", () => {
    expect(until(release, "2026-11-24T18:59:59Z")).toBe("2026-11-24T19:00:00.000Z");
    expect(until(release, "2026-11-24T19:00:00Z")).toBeNull();
    expect(until(release, "2026-11-24T20:59:59Z")).toBeNull();
    expect(until(release, "2026-11-24T21:00:00Z")).toBe("2026-11-26T19:00:00.000Z");
    expect(until(release, "2026-11-26T21:00:00Z")).toBe("2026-12-01T19:00:00.000Z");
  });
  test("that opens while a freeze lasts lets nothing through", () => {
    const yearEnd = dates("2026-11-20T00:00", "2026-11-25T00:00");
    expect(until([release, yearEnd], "2026-11-23T12:00:00Z")).toBe("2026-11-26T19:00:00.000Z");
    expect(until([release, yearEnd], "2026-11-24T19:30:00Z")).toBe("2026-11-26T19:00:00.000Z");
  });
  test("of one policy and of another are open together or not at all", () => {
    const other = outside(ALL_DAYS, "21:00", "23:00");
    expect(until([release, other], "2026-11-24T19:30:00Z")).toBe("2026-11-24T20:00:00.000Z");
    expect(until([release, other], "2026-11-24T20:30:00Z")).toBeNull();
  });
  test("over midnight belongs to the day on which it opens", () => {
    const night = outside([5], "23:00", "02:00");
    expect(until(night, "2026-11-28T00:30:00Z")).toBeNull();
    expect(until(night, "2026-11-28T01:00:00Z")).toBe("2026-12-04T22:00:00.000Z");
  });
  test("that a freeze covers wholly is refused: nothing would ever be applied", () => {
    const covered = {
      ...release,
      windows: [{ days: ALL_DAYS, from: "19:00", to: "23:00", time_zone: berlin }],
    };
    expect(neverThaws(covered)).toBe(true);
    expect(neverThaws(release)).toBe(false);
  });
  test("is open exactly when one of its windows is", () => {
    const day = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 });
    const hour = fc.integer({ min: 0, max: 23 }).map((each) => `${String(each).padStart(2, "0")}:00`);
    const moment = fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2027-01-01") });
    fc.assert(
      fc.property(day, hour, hour, moment, (days, from, to, ms) => {
        const now = new Date(ms);
        const inWindow = frozenUntil([weekly(days, from, to)], now) !== null;
        const held = frozenUntil([outside(days, from, to)], now);
        expect(held === null).toBe(inWindow);
        if (held) expect(frozenUntil([outside(days, from, to)], held.until)).toBeNull();
      }),
    );
  });
});
