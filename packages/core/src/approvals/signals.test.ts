import { describe, expect, test } from "vitest";
import { type GivenAnswer, habitsOf, readingSeconds } from "./signals.ts";

const START = Date.parse("2026-11-20T10:00:00Z");
/** The `n`-th of answers that follow each other every so many seconds, asked an hour before. */
const answer = (n: number, everySeconds: number, over: Partial<GivenAnswer> = {}): GivenAnswer => ({
  ...{ action: "approve", changed_lines: 20, hour: 10 },
  asked_at: new Date(START - 3_600_000),
  answered_at: new Date(START + n * everySeconds * 1000),
  ...over,
});
const many = (count: number, everySeconds: number, over: Partial<GivenAnswer> = {}) =>
  Array.from({ length: count }, (_, n) => answer(n, everySeconds, over));
const kinds = (answers: GivenAnswer[]) => habitsOf(answers).signals.map(({ kind }) => kind);

describe("approvals faster than the diff can be read", () => {
  test("count from the answer before, or from the request where that is later", () => {
    expect(readingSeconds(20)).toBe(15);
    expect(habitsOf(many(6, 14)).unread).toBe(5);
    expect(habitsOf(many(6, 15)).unread).toBe(0);
    const asked = answer(0, 0, { asked_at: new Date(START - 14_000) });
    expect(habitsOf([asked]).unread).toBe(1);
  });
  test("are a signal from five on and from a fifth of all on", () => {
    expect(kinds(many(5, 14))).toEqual([]);
    expect(kinds(many(6, 14))).toEqual(["unread"]);
    const slow = many(30, 60).map((one) => ({
      ...one,
      answered_at: new Date(one.answered_at.getTime() + 9e6),
    }));
    expect(kinds([...many(6, 14), ...slow])).not.toContain("unread");
  });
  test("a rejection may be quick", () => {
    expect(habitsOf(many(6, 1, { action: "reject" })).unread).toBe(0);
  });
});

test("nothing but approvals is a signal from twenty answers on", () => {
  expect(kinds(many(19, 700))).toEqual([]);
  expect(kinds(many(20, 700))).toEqual(["always_yes"]);
  expect(kinds([...many(19, 700), answer(20, 700, { action: "reject" })])).toEqual([]);
});

test("a long sitting at night is told, one by day only when it is very long", () => {
  expect(kinds(many(10, 60, { hour: 23 }))).toEqual(["night"]);
  expect(kinds(many(10, 601, { hour: 23 }))).toEqual([]);
  expect(kinds(many(10, 60, { hour: 6 }))).toEqual([]);
  expect(kinds(many(10, 60, { hour: 5 }))).toEqual(["night"]);
  const long = many(40, 60, { action: "reject" });
  expect(kinds(long)).toEqual(["long_sitting"]);
  expect(kinds(long.slice(1))).toEqual([]);
});

test("the order in which answers come does not matter", () => {
  const answers = many(12, 14);
  expect(habitsOf([...answers].reverse())).toEqual(habitsOf(answers));
});
