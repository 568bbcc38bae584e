import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { nextAttemptMs } from "../sending/backoff.ts";
import { format, type WebhookMessage } from "./formats.ts";
import { wants } from "./match.ts";
import { secretOf, signedHeaders } from "./signature.ts";

const MESSAGE: WebhookMessage = {
  id: "m1",
  event: "approval:requested",
  timestamp: "2026-01-01T00:00:00Z",
  payload: { task_id: "t1", reviewer_id: "r" },
  about: { title: "Drop <all> & *more*", author_name: "Mia", risk_level: "HIGH", risk_score: 62 },
  link: "https://ade.example.org/tasks/t1",
};

test("the signature is that of Standard Webhooks", () => {
  // The example of the specification's own libraries.
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1614265330, body: '{"test": 2432232314}' };
  expect(signedHeaders(secret, message)).toEqual({
    "webhook-id": message.id,
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
  const made = secretOf(Buffer.alloc(32, 7).toString("base64url"));
  const key = Buffer.from(made.slice(6), "base64");
  expect(key).toHaveLength(32);
  const { body, id, seconds } = message;
  const expected = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  expect(signedHeaders(made, message)["webhook-signature"]).toBe(`v1,${expected}`);
});

test("standard carries the event as it is", () => {
  expect(JSON.parse(format("standard", MESSAGE, null).body)).toEqual({
    type: "approval:requested",
    timestamp: MESSAGE.timestamp,
    data: MESSAGE.payload,
  });
});

test("Slack's signs in a title stay a title", () => {
  const { blocks } = JSON.parse(format("slack", MESSAGE, null).body);
  expect(blocks[0].text.text).toBe("*Review asked: Drop &lt;all&gt; &amp; ∗more∗ (HIGH risk)*");
  expect(blocks[1].elements[0].text).toBe("<https://ade.example.org/tasks/t1|Open in Community ADE>");
});

test("PagerDuty gets its routing key, one alert a task, and the severity of the risk", () => {
  expect(JSON.parse(format("pagerduty", MESSAGE, "key-1").body)).toMatchObject({
    routing_key: "key-1",
    event_action: "trigger",
    dedup_key: "t1",
    payload: { severity: "error", source: "community-ade", component: "approval:requested" },
    links: [{ href: MESSAGE.link }],
  });
});

test("ServiceNow gets an incident and a sign-in that is no part of the body", () => {
  const { body, headers } = format("servicenow", MESSAGE, "bot:hunter2");
  expect(JSON.parse(body)).toMatchObject({ urgency: "1", correlation_id: "t1" });
  expect(body).not.toContain("hunter2");
  expect(headers.authorization).toBe(`Basic ${Buffer.from("bot:hunter2").toString("base64")}`);
});

test("a subscription gets what it names and its filter passes", () => {
  const subject = {
    type: "database.migrate",
    risk_score: 40,
    resource_keys: ["database:prod/main"],
  } as Parameters<typeof wants>[2];
  const listener = (filter = {}) => ({ id: "w", events: ["task:created"], filter });
  const event = { event: "task:created" };
  expect(wants(listener(), event, null)).toBe(true);
  expect(wants(listener(), { event: "task:completed" }, subject)).toBe(false);
  expect(
    wants(
      listener({ task_types: ["database.*"], resource_patterns: ["database:prod/*"], risk_above: 40 }),
      event,
      subject,
    ),
  ).toBe(true);
  expect(wants(listener({ task_types: ["configuration.*"] }), event, subject)).toBe(false);
  expect(wants(listener({ resource_patterns: ["database:test/*"] }), event, subject)).toBe(false);
  expect(wants(listener({ risk_above: 41 }), event, subject)).toBe(false);
  expect(wants(listener({ risk_above: 0 }), event, null)).toBe(false);
});

test("attempts grow apart over a day and end", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => nextAttemptMs(attempts, 0)!);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(17 * 3_600_000);
  expect(nextAttemptMs(1, 0.999)).toBeLessThanOrEqual(6_000);
  expect(nextAttemptMs(8, 0)).toBeNull();
});
