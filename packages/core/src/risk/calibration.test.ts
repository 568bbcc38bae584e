import { expect, test } from "vitest";
import { calibrate, wilson } from "./calibration.ts";

test("the interval is Wilson's", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 1998, table I, method 3.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [hits, of, low, high] of published) {
    const found = wilson(hits, of);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  }
  expect(wilson(0, 0)).toEqual({ hits: 0, of: 0, share: null, low: null, high: null });
});

test("there are ten bands, empty ones too, and 100 belongs to the last", () => {
  const bands = calibrate([{ band: 9, tasks: 4, settled: 3, failed: 1, rolled_back: 1, returned: 2 }]);
  expect(bands).toHaveLength(10);
  expect(bands[0]).toMatchObject({ from: 0, to: 9, tasks: 0, failed: { share: null } });
  expect(bands[9]).toMatchObject({ from: 90, to: 100, tasks: 4, returned: { hits: 2, of: 4, share: 0.5 } });
});
