import { expect, test } from "vitest";
import { EMPTY_DRAFT, missingFrom } from "./draft.ts";

const resource = {
  type: "service",
  namespace: "default",
  id: "shop",
  scope: "namespace",
  actions: ["write"],
} as const;
const whole = {
  ...EMPTY_DRAFT,
  type: "test.noop",
  description: "Restart the shop",
  resources: [{ ...resource, actions: [...resource.actions] }],
};
const fields = (draft: Parameters<typeof missingFrom>[0]) => missingFrom(draft).map(({ field }) => field);

test("a draft lacks nothing once it has a type, words and a resource", () => {
  expect(missingFrom(whole)).toEqual([]);
});

test("what a draft lacks is told in the order of the form, the type before all else", () => {
  expect(fields(EMPTY_DRAFT)).toEqual(["config.type"]);
  expect(fields({ ...whole, description: " \n", resources: [] })).toEqual([
    "config.description",
    "config.resources",
  ]);
});
