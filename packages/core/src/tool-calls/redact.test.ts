import { describe, expect, test } from "vitest";
import { redactText, redactValue } from "./redact.ts";

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
])("%j is kept as %j", (given, kept) => {
  expect(redactValue(given)).toEqual(kept);
});

test.each([
  ["curl -H 'Authorization: Bearer abc.def' https://x", "curl -H 'Authorization: Bearer ••••••' https://x"],
  ["psql postgres://app:hunter2@db/x", "psql postgres://app:••••••@db/x"],
  ["psql postgres://app:p@ss@db/x", "psql postgres://app:••••••@db/x"],
  ["redis-cli -u redis://:hunter2@cache", "redis-cli -u redis://:••••••@cache"],
  ["got eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln and-x", "got •••••• and-x"],
  ["app-token-eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "app-token-••••••"],
  ["export GITHUB_TOKEN=ghp_0123456789012345678901", "export GITHUB_TOKEN=••••••"],
  ["mysql --password=hunter2 -u root", "mysql --password=•••••• -u root"],
  ["see secret://name", "see secret:⁄⁄name"],
  ["nothing to hide: token counts, key figures", "nothing to hide: token counts, key figures"],
])("%s", (given, kept) => {
  expect(redactText(given)).toBe(kept);
});

/**
 * Attack: an agent sends long text that a pattern begins to read again at every character. With growth by the square
 * each of these takes minutes for this size (8,000 characters took 0.2 s), and with linear growth a few milliseconds,
 * so that the time-out of a test tells them apart on any machine.
 */
describe("much text that nearly is a secret is read once", () => {
  const parts = [
    ...[
      "a.",
      "eyJ-",
      "eyJaaaaaaaaaaaaaa-",
      "eyJaaaaaaaaaa.",
      "a-",
      "_",
      "A",
      " ",
      "-",
      ":",
      "@",
      "://",
      "a://b:c",
    ],
    ...["-----BEGIN ", "-----BEGIN PRIVATE KEY", "-----END ", "PRIVATE KEY", "authorization: ", "bearer "],
    ...["--token=", '--token "', "TOKEN", "TOKEN =", "PASSWORD= ", "sk-", "ghp_", "secret:/"],
  ];
  const openings = ["", "-----BEGIN PRIVATE KEY-----", "postgres://app:", "authorization:", "API_TOKEN="];

  const SIZE = 256 * 1024;

  test.each(openings)(
    "behind “%s”",
    (opening) => {
      for (const part of parts) {
        const text = opening + part.repeat(SIZE / part.length);
        expect(redactText(text).length).toBeGreaterThan(0);
      }
    },
    60_000,
  );

  test("also as the name of a long list", () => {
    const value = { ["a.".repeat(100_000)]: Array.from({ length: 50_000 }, () => "") };
    expect(Object.values(redactValue(value) as object)[0]).toHaveLength(50_000);
  });
});
