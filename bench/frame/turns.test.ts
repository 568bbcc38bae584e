import { expect, test } from "vitest";
import { watchTurns } from "./turns.ts";

test("in the order of asking nobody is overtaken", () => {
  const turns = watchTurns();
  for (const waiter of [1, 2]) turns.asked(waiter);
  for (const waiter of [1, 2, 1, 2]) {
    turns.granted(waiter);
    turns.released();
    turns.asked(waiter);
  }
  expect(turns.counted).toEqual({ grants: 4, changes: 4, overtakes: 0 });
});

test("whoever takes it again while others wait overtakes them and is no new owner", () => {
  const turns = watchTurns();
  for (const waiter of [1, 2]) turns.asked(waiter);
  for (const waiter of [1, 1, 1, 2]) {
    turns.granted(waiter);
    turns.released();
    turns.asked(waiter);
  }
  expect(turns.counted).toEqual({ grants: 4, changes: 2, overtakes: 2 });
});

test("two holders at a time are no measurement", () => {
  const turns = watchTurns();
  for (const waiter of [1, 2]) turns.asked(waiter);
  turns.granted(1);
  expect(() => turns.granted(2)).toThrow("Waiter 2 was granted what 1 holds.");
});
