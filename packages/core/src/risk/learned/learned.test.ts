import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RISK_FACTORS } from "../schema.ts";
import { fitLogistic, gradient, loss, predict, type Sample } from "./logistic.ts";
import { probabilityOf, train } from "./train.ts";

const anySamples = fc.array(
  fc.record({
    x: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    failed: fc.boolean(),
  }),
  { minLength: 2, maxLength: 30 },
);

describe("logistic regression", () => {
  test("its gradient is that of its loss, by differences", () => {
    const weight = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(anySamples, fc.tuple(weight, weight, weight), (samples, weights) => {
        const h = 1e-6;
        gradient(weights, samples, 0.7).forEach((slope, index) => {
          const moved = (by: number) => weights.map((one, place) => (place === index ? one + by : one));
          const difference = (loss(moved(h), samples, 0.7) - loss(moved(-h), samples, 0.7)) / (2 * h);
          expect(slope).toBeCloseTo(difference, 4);
        });
      }),
    );
  });
  test("ends where the gradient is nothing, whatever the samples", () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        for (const slope of gradient(fitLogistic(samples, 1), samples, 1))
          expect(Math.abs(slope)).toBeLessThan(1e-3);
      }),
    );
  });
  test("for one yes-or-no feature it is the closed form: the log-odds of each side", () => {
    const many = (count: number, x: number, failed: boolean): Sample[] =>
      Array(count).fill({ x: [x], failed });
    const samples = [
      ...many(30, 0, false),
      ...many(10, 0, true),
      ...many(12, 1, false),
      ...many(28, 1, true),
    ];
    const [intercept, slope] = fitLogistic(samples, 0);
    expect(intercept).toBeCloseTo(Math.log(10 / 30), 8);
    expect(slope).toBeCloseTo(Math.log(28 / 12) - Math.log(10 / 30), 8);
    expect(predict([intercept!, slope!], [1])).toBeCloseTo(28 / 40, 8);
  });
  test("the share of failures is what it foretells on the whole", () => {
    const samples: Sample[] = Array.from({ length: 50 }, (_, n) => ({ x: [n / 50], failed: n % 3 === 0 }));
    const weights = fitLogistic(samples, 1);
    const told = samples.reduce((sum, { x }) => sum + predict(weights, x), 0);
    expect(told).toBeCloseTo(samples.filter(({ failed }) => failed).length, 4);
  });
});

/** A made-up history in which the criticality alone decides, with the given strength. */
function history(count: number, strength: number) {
  let state = 7;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return Array.from({ length: count }, () => {
    const values = RISK_FACTORS.map(() => Math.floor(100 * random()));
    const failed = random() < 1 / (1 + Math.exp(1.4 - strength * (values[0]! / 100 - 0.5)));
    return { factors: RISK_FACTORS.map((name, index) => ({ name, value: values[index]! })), failed };
  });
}

describe("the learned model", () => {
  test("says that there is too little, and has no weights then", () => {
    const model = train(history(40, 6));
    expect(model).toMatchObject({ weights: null, judged: null, held_out: { tasks: 10 } });
    expect(model.why).toMatch(/too little to learn from: 30 applied tasks/);
    expect(train([])).toMatchObject({ weights: null, trained_on: { tasks: 0, failures: 0 } });
  });
  test("finds what decides, and is judged by what it has not seen", () => {
    const model = train(history(1200, 6));
    const [, criticality, ...others] = model.weights!;
    for (const other of others) expect(criticality!).toBeGreaterThan(Math.abs(other) * 4);
    expect(model.judged!.auc).toBeGreaterThan(0.75);
    expect(model.judged!.log_loss).toBeLessThan(model.judged!.base_log_loss);
    expect(model.judged!.brier).toBeLessThan(model.judged!.base_brier);
    expect(model.judged!.groups.reduce((sum, { failed }) => sum + failed.of, 0)).toBe(300);
    const [low, high] = [0, 100].map((value) =>
      probabilityOf(model.weights!, [{ name: "resource_criticality", value }]),
    );
    expect(high!).toBeGreaterThan(low!);
  });
  test("admits where nothing can be foretold", () => {
    const model = train(history(1200, 0));
    expect(model.judged!.auc).toBeGreaterThan(0.4);
    expect(model.judged!.auc).toBeLessThan(0.6);
    expect(model.judged!.log_loss).toBeGreaterThan(model.judged!.base_log_loss - 0.01);
  });
});
