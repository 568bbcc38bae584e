import { expect, test } from "vitest";
import { isSamePlace } from "./same-place.ts";

test("a page is the same whatever is filtered in it", () => {
  expect(isSamePlace("/agents/1?tab=config", "/agents/1?tab=config&part=tools#x")).toBe(true);
  expect(isSamePlace("/agents/1", "/agents/2")).toBe(false);
});

test("what a parameter holds open is left without it, or with another value", () => {
  expect(isSamePlace("/policies?policy=1", "/policies", "policy")).toBe(false);
  expect(isSamePlace("/policies?policy=1", "/policies?policy=2", "policy")).toBe(false);
  expect(isSamePlace("/policies?policy=1", "/policies?q=x&policy=1", "policy")).toBe(true);
  expect(isSamePlace("/policies?policy=1", "/locks?policy=1", "policy")).toBe(false);
});
