import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type MailServer, startMailServer } from "@ade/testkit/mail-server";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { ManualClock } from "@ade/testkit/manual-clock";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type WebhookInput, webhookInput } from "./schema.ts";

type Received = { path: string; headers: Record<string, unknown>; body: string };

const clock = new ManualClock(new Date());
let core: TestCore;
let people: TestPeople;
let mail: MailServer;
let hooks: Server;
let place: string;
const received: Received[] = [];
let answer = 200;

beforeAll(async () => {
  mail = await startMailServer();
  hooks = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(answer, answer === 302 ? { location: "/elsewhere" } : {}).end("thanks");
    });
  });
  hooks.listen(0, "127.0.0.1");
  await once(hooks, "listening");
  place = `127.0.0.1:${(hooks.address() as AddressInfo).port}`;
  core = await makeCore({
    clock,
    outgoing: { smtpUrl: mail.url, from: "ADE <ade@test.local>", httpAllow: `${place},127.0.0.1:9` },
  });
  await core.startWorker();
});
beforeEach(async () => {
  people = await core.people();
  await settle();
  received.length = 0;
  mail.received.length = 0;
  answer = 200;
});
afterAll(async () => {
  await core.dispose();
  hooks.close();
  await mail.stop();
});

/** Tells and sends until nothing is left. */
async function settle(): Promise<void> {
  await core.ledger.settle();
  await core.notifications.tell();
  while ((await core.notifications.deliver()) > 0);
}
const kinds = async (person: TestPeople["author"], taskId: string) => {
  const { notifications } = await core.notifications.list(person, { unread: false, limit: 100 });
  return notifications.filter(({ task_id }) => task_id === taskId).map(({ kind }) => kind);
};
const webhook = (over: Partial<WebhookInput> = {}) =>
  core.notifications.webhooks.create(
    people.admin,
    webhookInput.parse({
      name: "ops",
      url: `http://${place}/hook?token=s3cret`,
      events: ["task:created"],
      ...over,
    }),
  );
const propose = () => core.gate.propose(people.author, { config: core.noopTask(), metadata: { tags: [] } });

test("each person is told once of what concerns them, however many tell at once", async () => {
  const task = await core.approved(people.author, people.reviewer, core.noopTask());
  await core.taskIn(task.id, "COMPLETED");
  await core.ledger.settle();
  await Promise.all(Array.from({ length: 5 }, () => core.notifications.tell()));
  await core.notifications.tell();
  expect((await kinds(people.author, task.id)).sort()).toEqual(["answered", "applied", "approved"]);
  expect(await kinds(people.reviewer, task.id)).toEqual(["asked"]);
  expect(await kinds(people.second, task.id)).toEqual(["asked"]);
});

test("a process that dies while telling loses nothing and tells nothing twice", async () => {
  const { id } = await core.reviewing(people.author, core.noopTask());
  await core.ledger.settle();
  const { pool } = core.connections;
  const connect = pool.connect.bind(pool);
  const dying = async () => {
    const client = await connect();
    const query = client.query.bind(client);
    client.query = ((...args: [{ name?: string }]) =>
      args[0].name === "notify-move"
        ? Promise.reject(new Error("killed"))
        : (query as (...given: unknown[]) => unknown)(...args)) as typeof client.query;
    return client;
  };
  // Queries of the pool itself take a connection by callback; only the transaction dies.
  Object.assign(pool, {
    connect: (done?: Parameters<typeof connect>[0]) => (done ? connect(done) : dying()),
  });
  await expect(core.notifications.tell()).rejects.toThrow("killed");
  Object.assign(pool, { connect });
  expect(await kinds(people.reviewer, id)).toEqual([]);
  await core.notifications.tell();
  expect(await kinds(people.reviewer, id)).toEqual(["asked"]);
});

test("a new notification is pushed to its person, counted, and read in one window for all", async () => {
  const heard: string[] = [];
  const stop = core.ledger.events.listen([`user:${people.reviewer.id}`], ({ event }) => heard.push(event));
  await core.reviewing(people.author, core.noopTask());
  await settle();
  const list = await core.notifications.list(people.reviewer, { unread: true, limit: 10 });
  expect(list).toMatchObject({ unread: 1, notifications: [{ kind: "asked", read_at: null }] });
  const other = await core.notifications.read(people.second, [list.notifications[0]!.id]);
  expect(other.unread).toBe(1);
  expect(await core.notifications.read(people.reviewer, null)).toMatchObject({ unread: 0 });
  expect(heard.filter((event) => event.startsWith("notification:"))).toEqual([
    "notification:new",
    "notification:read",
  ]);
  stop();
});

test("a request that is answered, or that nobody has to answer any more, is unread no more", async () => {
  await core.notifications.read(people.reviewer, null);
  await core.notifications.read(people.second, null);
  const task = await core.reviewing(people.author, core.noopTask());
  await settle();
  const unread = async (person: TestPeople["author"]) => {
    const list = await core.notifications.list(person, { unread: true, limit: 100 });
    return list.notifications.filter(({ task_id }) => task_id === task.id).map(({ kind }) => kind);
  };
  expect(await unread(people.reviewer)).toContain("asked");
  const own = task.approvals.find(({ reviewer_id }) => reviewer_id === people.reviewer.id)!;
  await core.gate.respond(people.reviewer, own.id, core.yes());
  await settle();
  // The review is over by that one answer: what the other was asked is settled too; the author's news is not.
  expect(await unread(people.reviewer)).not.toContain("asked");
  expect(await unread(people.second)).not.toContain("asked");
  expect(await unread(people.author)).toContain("approved");
});

test("mail goes by SMTP to whom it concerns, as they wish, and never holds an error's text", async () => {
  await core.preferences.write(people.reviewer, { notify: { asked: { in_app: false, email: true } } });
  const task = await core.reviewing(
    people.author,
    core.noopTask({}, { description: "Rename <b>prod</b>\n\nMore" }),
  );
  await settle();
  expect(mail.received).toHaveLength(1);
  const [letter] = mail.received;
  const { email } = await core.identity.users.get(people.reviewer.id);
  expect(letter).toMatchObject({ from: "ade@test.local", to: [email] });
  expect(letter!.source).toContain("Subject: Review: Rename <b>prod</b>");
  expect(letter!.source.replaceAll("=\r\n", "")).toContain("&lt;b&gt;prod&lt;/b&gt;");
  expect(letter!.source.replaceAll("=\r\n", "")).toContain(`/tasks/${task.id}`);
  expect(await kinds(people.reviewer, task.id)).toEqual([]);
  expect(await kinds(people.second, task.id)).toEqual(["asked"]);
  await core.preferences.write(people.reviewer, { notify: { asked: { in_app: true, email: false } } });
});

test("a mail that is refused for now is sent later; one that is refused for good is not", async () => {
  await core.preferences.write(people.reviewer, { notify: { asked: { in_app: true, email: true } } });
  mail.refuseNext(450);
  await core.reviewing(people.author, core.noopTask());
  await settle();
  expect(mail.received).toHaveLength(0);
  clock.advance(7_000);
  await settle();
  expect(mail.received).toHaveLength(1);
  mail.refuseNext(550);
  await core.reviewing(people.author, core.noopTask());
  await settle();
  clock.advance(3_600_000);
  await settle();
  expect(mail.received).toHaveLength(1);
});

test("a webhook is signed with a secret that is shown once and sealed at rest", async () => {
  const made = await webhook();
  expect(made).toMatchObject({ origin: `http://${place}`, secret: expect.stringMatching(/^whsec_/) });
  const { id } = await propose();
  await settle();
  expect(received).toHaveLength(1);
  const [{ path, headers, body }] = received as [Received];
  expect(path).toBe("/hook?token=s3cret");
  expect(JSON.parse(body)).toMatchObject({ type: "task:created", data: { task_id: id } });
  const key = Buffer.from(made.secret!.slice(6), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  expect(headers["webhook-signature"]).toBe(
    `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
  );

  const everything = JSON.stringify([
    await core.notifications.webhooks.list(),
    await core.notifications.webhooks.deliveries({ id: made.id, limit: 10 }),
    await core.ledger.list(people.admin, { limit: 200, sort_order: "desc" }),
    (
      await core.connections.pool.query(
        "SELECT name, url, encode(secret, 'escape') FROM webhook_subscription",
      )
    ).rows,
    (await core.connections.pool.query("SELECT target, payload::text FROM delivery")).rows,
  ]);
  for (const secret of ["s3cret", made.secret!]) expect(everything).not.toContain(secret);
  const rotated = await core.notifications.webhooks.update(people.admin, made.id, { rotate_secret: true });
  expect(rotated.secret).not.toBe(made.secret);
  await core.notifications.webhooks.remove(people.admin, made.id);
});

test("what fails is tried again later and later, redirects are not followed, and a replay has the same id", async () => {
  const { id } = await webhook({ name: "flaky" });
  const log = async () => (await core.notifications.webhooks.deliveries({ id, limit: 10 })).deliveries;
  answer = 302;
  await propose();
  await settle();
  expect(received.map(({ path }) => path)).toEqual(["/hook?token=s3cret"]);
  expect(await log()).toMatchObject([{ status: "pending", attempts: 1, response_status: 302 }]);
  await settle();
  expect(received).toHaveLength(1);
  answer = 500;
  for (const seconds of [7, 40, 400, 2_200, 8_700, 22_000, 44_000]) {
    clock.advance(seconds * 1000);
    await settle();
  }
  expect(await log()).toMatchObject([{ status: "failed", attempts: 8, error: "It answered 500." }]);
  await settle();
  const { notifications } = await core.notifications.list(people.admin, { unread: true, limit: 10 });
  expect(notifications[0]).toMatchObject({ kind: "attention", title: "A webhook gave up: flaky" });
  answer = 200;
  const [failed] = await log();
  await core.notifications.webhooks.replay(people.admin, id, failed!.id);
  await expect(core.notifications.webhooks.replay(people.admin, id, failed!.id)).rejects.toMatchObject({
    code: "DELIVERY_PENDING",
  });
  await settle();
  expect(await log()).toMatchObject([{ id: failed!.id, status: "delivered", attempts: 1 }]);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([failed!.id]));
  await core.notifications.webhooks.remove(people.admin, id);
});

test("several workers send each message once, and what a dead one took is sent by another", async () => {
  const { id } = await webhook({ name: "many" });
  for (let index = 0; index < 12; index += 1) await propose();
  await core.ledger.settle();
  await core.notifications.tell();
  await Promise.all([1, 2, 3, 4].map(() => core.notifications.deliver()));
  expect(received).toHaveLength(12);
  await propose();
  await core.ledger.settle();
  await core.notifications.tell();
  // A worker takes it and dies: it rests until the lease is over.
  await core.connections.pool.query(
    "UPDATE delivery SET attempts = 1, next_attempt_at = $2::timestamptz + interval '60 s' WHERE subscription_id = $1 AND status = 'pending'",
    [id, clock.now()],
  );
  await settle();
  expect(received).toHaveLength(12);
  clock.advance(61_000);
  await settle();
  expect(received).toHaveLength(13);
  await core.notifications.webhooks.remove(people.admin, id);
});

test("a target inside is refused when it is entered, and again when it is sent to", async () => {
  for (const url of [
    "http://127.0.0.1:1/x",
    "https://127.0.0.1/x",
    "https://169.254.169.254/latest",
    "https://[::1]/",
  ])
    await expect(webhook({ url })).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  await expect(webhook({ format: "pagerduty" })).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  await expect(webhook({ credential: "x" })).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  const { id } = await webhook({ name: "deaf", url: "http://127.0.0.1:9/" });
  await core.notifications.webhooks.test(people.admin, id);
  await settle();
  const { deliveries } = await core.notifications.webhooks.deliveries({ id, limit: 10 });
  expect(deliveries).toMatchObject([
    { event: "webhook:test", status: "pending", error: "Nobody listens there." },
  ]);
  await core.notifications.webhooks.remove(people.admin, id);
});
