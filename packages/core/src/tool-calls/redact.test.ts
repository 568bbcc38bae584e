import { expect, test } from "vitest";
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
  ["export GITHUB_TOKEN=ghp_0123456789012345678901", "export GITHUB_TOKEN=••••••"],
  ["mysql --password=hunter2 -u root", "mysql --password=•••••• -u root"],
  ["see secret://name", "see secret:⁄⁄name"],
  ["nothing to hide: token counts, key figures", "nothing to hide: token counts, key figures"],
])("%s", (given, kept) => {
  expect(redactText(given)).toBe(kept);
});
