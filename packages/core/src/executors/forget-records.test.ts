import { expect, it } from "vitest";
import { FORGET_BATCH, forgetRecords } from "./forget-records.ts";

it("goes through all batches, asks once for each task, and leaves what is needed", async () => {
  const count = FORGET_BATCH * 2 + 10;
  let left = Array.from({ length: count }, (_, n) => `${String(n).padStart(6, "0")}:1`);
  const asked: string[] = [];
  await forgetRecords<{ idempotency_key: string }>(
    {
      async stillNeeded(ids) {
        asked.push(...ids);
        return new Set(ids.filter((id) => Number(id) % 100 === 0));
      },
    },
    {
      next: async (after) =>
        left
          .filter((key) => key > (after?.idempotency_key ?? ""))
          .slice(0, FORGET_BATCH)
          .map((idempotency_key) => ({ idempotency_key })),
      async remove(keys) {
        left = left.filter((key) => !keys.includes(key));
      },
    },
  );
  expect(left.map((key) => Number.parseInt(key, 10))).toEqual([
    0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000,
  ]);
  expect(asked).toHaveLength(count);
});
