import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let admin: Caller;
let reviewer: Caller;
let author: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  admin = await server.person("nadia", ["admin"]);
  reviewer = await server.person("noor", ["reviewer"]);
  author = await server.person("nils", ["author"]);
});
afterAll(() => server.close());

async function tell(): Promise<void> {
  await server.core.ledger.settle();
  await server.core.notifications.tell();
}

test("a reviewer is told, reads it, snoozes the approval and finds it in the section of snoozed ones", async () => {
  const config = server.core.noopTask();
  const made = await server.call(author, "POST", "/tasks", { config });
  expect(made.statusCode).toBe(201);
  await server.call(author, "POST", `/tasks/${made.json().id}/submit`);
  await server.core.taskIn(made.json().id, "REVIEWING");
  await tell();

  const list = (await server.call(reviewer, "GET", "/notifications?unread=true")).json();
  expect(list).toMatchObject({
    unread: 1,
    notifications: [{ kind: "asked", href: `/tasks/${made.json().id}` }],
  });
  expect((await server.call(reviewer, "POST", "/notifications/read", {})).statusCode).toBe(400);
  const read = await server.call(reviewer, "POST", "/notifications/read", {
    ids: [list.notifications[0].id],
  });
  expect(read.json()).toEqual({ unread: 0, email_works: false });

  const { approvals } = (await server.call(reviewer, "GET", "/approvals?status=PENDING")).json();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const path = `/approvals/${approvals[0].id}/snooze`;
  expect((await server.call(reviewer, "POST", path, { until })).json()).toMatchObject({
    snoozed_until: until,
  });
  expect((await server.call(author, "POST", path, { until })).statusCode).toBe(403);
  const { rows, counts } = (await server.call(reviewer, "GET", "/inbox?section=snoozed")).json();
  expect(rows).toMatchObject([{ approval_id: approvals[0].id, snoozed_until: until }]);
  expect(counts).toMatchObject({ needs_you: 0, snoozed: 1 });
});

test("preferences and saved views are one's own", async () => {
  const before = (await server.call(reviewer, "GET", "/me/preferences")).json();
  expect(before).toMatchObject({ undo_seconds: 10, notify: { asked: { in_app: true } } });
  expect((await server.call(reviewer, "PATCH", "/me/preferences", { undo_seconds: 31 })).statusCode).toBe(
    400,
  );
  const after = await server.call(reviewer, "PATCH", "/me/preferences", { undo_seconds: 0 });
  expect(after.json()).toEqual({ ...before, undo_seconds: 0 });
  const view = { page: "inbox", name: "High risk", query: { risk: ["HIGH"] }, shared: true };
  const saved = await server.call(reviewer, "POST", "/saved-views", view);
  expect(saved.statusCode).toBe(201);
  expect((await server.call(author, "GET", "/saved-views?page=inbox")).json().views).toMatchObject([
    { ...view, mine: false, owner_name: "noor" },
  ]);
  expect((await server.call(author, "DELETE", `/saved-views/${saved.json().id}`)).statusCode).toBe(403);
  expect((await server.call(reviewer, "DELETE", `/saved-views/${saved.json().id}`)).statusCode).toBe(204);
});

test("shifts and the backlog policy are an admin's, and everybody sees who is on call", async () => {
  const shift = {
    user_id: reviewer.id,
    starts_at: new Date(Date.now() - 3_600_000).toISOString(),
    ends_at: new Date(Date.now() + 3_600_000).toISOString(),
  };
  expect((await server.call(reviewer, "POST", "/on-call", shift)).statusCode).toBe(403);
  const made = await server.call(admin, "POST", "/on-call", shift);
  expect(made.statusCode).toBe(201);
  expect((await server.call(author, "GET", "/on-call")).json().shifts).toMatchObject([
    { user_name: "noor", now: true },
  ]);
  expect((await server.call(admin, "DELETE", `/on-call/${made.json().id}`)).statusCode).toBe(204);
  const policy = (await server.call(author, "GET", "/approvals/backlog")).json();
  expect(policy.auto_approve.enabled).toBe(false);
  expect((await server.call(author, "PATCH", "/approvals/backlog", policy)).statusCode).toBe(403);
  const changed = { ...policy, open_overall: null };
  expect((await server.call(admin, "PATCH", "/approvals/backlog", changed)).json()).toEqual({
    ...changed,
    version: policy.version + 1,
  });
  // What was read before the change is no longer what is in force.
  const late = await server.call(admin, "PATCH", "/approvals/backlog", policy);
  expect([late.statusCode, late.json().error.code]).toEqual([409, "CONFLICT"]);
});

test("a webhook's secret and path are shown once and never again", async () => {
  const input = { name: "ops", url: "https://127.0.0.1/hook/s3cret", events: ["task:created"] };
  const refused = await server.call(admin, "POST", "/webhook-subscriptions", input);
  expect(refused.json().error.details).toMatchObject([{ field: "url" }]);
  expect((await server.call(reviewer, "GET", "/webhook-subscriptions")).statusCode).toBe(403);
  // Nothing of a test goes out into the internet: the address is one that resolves by itself.
  const made = await server.call(admin, "POST", "/webhook-subscriptions", {
    ...input,
    url: "https://93.184.216.34/hook/s3cret",
    active: false,
  });
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({
    origin: "https://93.184.216.34",
    secret: expect.stringMatching(/^whsec_/),
  });
  const { id } = made.json();
  const list = await server.call(admin, "GET", "/webhook-subscriptions");
  const audit = await server.call(admin, "GET", "/audit?action=webhook.created");
  for (const { body } of [list, audit]) {
    expect(body).not.toContain("s3cret");
    expect(body).not.toContain(made.json().secret);
  }
  const test = await server.call(admin, "POST", `/webhook-subscriptions/${id}/test`);
  expect(test.statusCode).toBe(202);
  await server.core.notifications.deliver();
  const log = (await server.call(admin, "GET", `/webhook-subscriptions/${id}/deliveries`)).json();
  expect(log.deliveries).toMatchObject([
    { event: "webhook:test", status: "failed", error: "The webhook was switched off." },
  ]);
  const again = `/webhook-subscriptions/${id}/deliveries/${log.deliveries[0].id}/replay`;
  expect((await server.call(admin, "POST", again)).json()).toMatchObject({ status: "pending", attempts: 0 });
  expect((await server.call(admin, "POST", again)).statusCode).toBe(409);
  expect((await server.call(admin, "DELETE", `/webhook-subscriptions/${id}`)).statusCode).toBe(204);
});
