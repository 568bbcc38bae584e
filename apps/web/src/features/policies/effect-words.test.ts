import type { Effect } from "@ade/core/policies/schema";
import { expect, it } from "vitest";
import { effectWords } from "./effect-words.ts";

const effect = (more: Partial<Effect>): Effect => ({
  ...{ tasks: 500, fits_before: 0, fits_after: 0, asked_more: 0, asked_fewer: 0, approvals_more: 0 },
  ...{ approvals_fewer: 0, waived_more: 0, waived_fewer: 0, impossible_more: 0, impossible_fewer: 0 },
  ...{ held_more: 0, held_fewer: 0, changed: [] },
  ...more,
});

it("says what is worst first", () => {
  const words = effectWords(effect({ asked_more: 31, waived_fewer: 12, impossible_more: 3 }));
  expect(words.map(({ text }) => text)).toEqual([
    "3 tasks could never be approved",
    "31 more people would have been asked",
    "12 tasks fewer would have approved themselves",
  ]);
  expect(words[0]?.tone).toBe("bad");
});

it("says that nothing changes, and whether it fits anything", () => {
  expect(effectWords(effect({}))[0]?.text).toBe("It fits none of the last 500 tasks");
  expect(effectWords(effect({ fits_after: 4 }))[0]?.text).toContain("It fits 4 of the last 500");
});
