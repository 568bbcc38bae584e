import { expect, test } from "vitest";
import { createTaskSlots } from "./task-slots.ts";

const work = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { run: () => promise, end: resolve };
};

test("no more work runs at once than there are slots; what waits begins when one is free", async () => {
  const slots = createTaskSlots(2);
  const pieces = Array.from({ length: 5 }, work);
  const begun = pieces.map(({ run }) => slots.begin(run));
  await Promise.all(begun.slice(0, 2));
  expect(slots.active).toBe(2);
  for (const [index, { end }] of pieces.entries()) {
    end();
    await Promise.all(begun.slice(0, Math.min(5, index + 3)));
    expect(slots.active).toBeLessThanOrEqual(2);
  }
  await slots.idle();
  expect(slots.active).toBe(0);
  expect(await Promise.all(begun)).toEqual([true, true, true, true, true]);
});

test("once closed nothing begins, not even what waited; what runs goes on to its end", async () => {
  const slots = createTaskSlots(1);
  const [running, waiting] = [work(), work()];
  expect(await slots.begin(running.run)).toBe(true);
  const refused = slots.begin(waiting.run);
  slots.close();
  expect(await refused).toBe(false);
  expect(await slots.begin(waiting.run)).toBe(false);
  expect(slots.active).toBe(1);
  running.end();
  await slots.idle();
  expect(slots.active).toBe(0);
});
