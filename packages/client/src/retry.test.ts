import { describe, expect, test } from "vitest";
import { ApiError, noAnswer } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";

const refused = (code: string, status: number, retryAfterSeconds?: number) =>
  new ApiError(
    code,
    { status, message: "No.", next: "" },
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );

describe("a call is sent again", () => {
  test("after no answer, later and later, up to a bound, with full jitter", () => {
    const lost = noAnswer(new Error("reset"));
    expect([1, 2, 3, 4, 5, 6, 7].map((tries) => retryDelayMs(lost, tries, () => 1))).toEqual([
      200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
    expect(retryDelayMs(lost, 7, () => 0)).toBe(0);
    expect(retryDelayMs(lost, 7, () => 0.5)).toBe(2_500);
  });

  test.each([
    ["RATE_LIMITED", 429],
    ["DEPENDENCY_UNAVAILABLE", 503],
    ["CONFLICT", 409],
  ])("after %s, not before the server asked to be called again", (code, status) => {
    expect(retryDelayMs(refused(code, status, 3), 1, () => 0.5)).toBe(3_100);
    expect(retryDelayMs(refused(code, status, 0), 1, () => 0)).toBe(0);
    expect(retryDelayMs(refused(code, status), 1, () => 0.5)).toBeNull();
  });

  test.each([
    ["RESOURCE_LOCKED", 423],
    ["VALIDATION_ERROR", 400],
    ["INTERNAL", 500],
    ["UNEXPECTED_ANSWER", 200],
  ])("not after %s", (code, status) => {
    expect(retryDelayMs(refused(code, status, 1), 1, () => 0.5)).toBeNull();
  });

  test("not after what is no answer of the API at all", () => {
    expect(retryDelayMs(new TypeError("a bug"), 1, () => 0.5)).toBeNull();
  });
});
