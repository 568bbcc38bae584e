import { expect, test } from "vitest";
import { redactValue } from "./redact.ts";

test.each([
  [{ password: "hunter2" }, { password: "••••••" }],
  [
    { apiKey: "x", "api-key": "y", API_KEY: "z" },
    { apiKey: "••••••", "api-key": "••••••", API_KEY: "••••••" },
  ],
  [{ headers: [{ authorization: "abc" }] }, { headers: [{ authorization: "••••••" }] }],
  [
    { max_tokens: 100, author: "Mia", keyboard: "de" },
    { max_tokens: 100, author: "Mia", keyboard: "de" },
  ],
  [{ token: "" }, { token: "" }],
  [
    { password: 12345678, credentials: { key: "x", ids: [1], active: true } },
    { password: "••••••", credentials: { key: "••••••", ids: ["••••••"], active: true } },
  ],
])("%j is kept as %j", (given, kept) => {
  expect(redactValue(given)).toEqual(kept);
});

test("the name of a long list is asked once, however long it is", () => {
  const value = { ["a.".repeat(100_000)]: Array.from({ length: 50_000 }, () => "") };
  expect(Object.values(redactValue(value) as object)[0]).toHaveLength(50_000);
});
