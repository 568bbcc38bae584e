import { expect, test } from "vitest";
import { median, percentile } from "./statistics.ts";

test("a percentile is the nearest rank, whatever the order", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test("numbers are sorted as numbers", () => {
  expect(percentile([9, 10, 100], 1)).toBe(100);
  expect(median([10, 9, 100])).toBe(10);
});

test("a median of an even number of values lies between the two in the middle", () => {
  expect(median([1, 2, 3, 10])).toBe(2.5);
});
