import type { Role } from "@ade/core/kernel/actor";
import { systemActor } from "@ade/core/kernel/actor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

/** reliability.md, "Attacks", on approvals: each against the server as it listens, by its own address. */
let server: TestServer;
let address: string;
let admin: Caller;
let author: Caller;
let count = 0;
beforeAll(async () => {
  server = await makeServer();
  address = await server.app.listen({ host: "127.0.0.1", port: 0 });
  admin = await server.person("admin", ["admin"]);
  author = await server.person("author", ["author"]);
});
afterAll(() => server.close());

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, each looked at by a matcher
type Body = any;
type Answer = { status: number; body: Body };

async function send(who: Caller, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: {
      authorization: who.authorization,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {} };
}
async function ok(who: Caller, method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await send(who, method, path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}
const refusal = ({ status, body }: Answer) => [status, body.error?.code];
const someone = async (...roles: Role[]): Promise<Caller> => server.person(`person-${++count}`, roles);
const approve = (more: object = {}) => ({ action: "approve", ...more });
const answer = (who: Caller, approvalId: string, body: object = approve()) =>
  send(who, "POST", `/approvals/${approvalId}/respond`, body);

type Place = { draft(more?: object): { config: Record<string, unknown>; metadata?: object }; policy: string };
/** A namespace with a policy of its own. */
async function place(reviewers: readonly Caller[], more: object = {}): Promise<Place> {
  const namespace = `attack-${++count}`;
  const policy = await ok(admin, "POST", "/policies", {
    name: namespace,
    resource_patterns: [`*:${namespace}/*`],
    min_approvers: 1,
    reviewers: reviewers.map(({ id }) => id),
    ...more,
  });
  const config = {
    type: "test.noop",
    description: `In ${namespace}`,
    resources: [{ type: "service", id: "thing", namespace, actions: ["execute"] }],
  };
  return { policy: policy.id, draft: (over = {}) => ({ config: { ...config, ...over } }) };
}
/** Without a plan, so that no worker is needed to stand in review. */
async function inReview(by: Caller, draft: object): Promise<string> {
  const { id } = await ok(by, "POST", "/tasks", draft);
  await ok(by, "POST", `/tasks/${id}/submit`, { skip_preview: true });
  return id;
}
/** What a worker does after an edit; there is none here. */
async function reviewedAnew(id: string): Promise<void> {
  await server.core.gate.assess(id);
  expect(await stateOf(id)).toBe("REVIEWING");
}
const taskOf = (id: string) => ok(admin, "GET", `/tasks/${id}`);
const askedOf = async (id: string, who: Caller): Promise<string> => {
  const { approvals } = await taskOf(id);
  const found = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === who.id);
  expect(found, `${who.email} is asked`).toBeDefined();
  return found.id;
};
const stateOf = async (id: string): Promise<string> => (await taskOf(id)).state;

describe("nobody approves their own", () => {
  test("by an agent of theirs: what it proposed, its owner does not approve, nor does it", async () => {
    const owner = await someone("reviewer", "admin");
    const other = await someone("reviewer");
    const agent = await server.agent(`agent-${++count}`, owner);
    const { draft } = await place([owner, other]);
    const id = await inReview(agent, draft());
    const { approvals } = await taskOf(id);
    expect(approvals.map((each: { reviewer_id: string }) => each.reviewer_id)).toEqual([other.id]);
    const asked = await askedOf(id, other);
    expect(refusal(await answer(owner, asked))).toEqual([403, "SELF_APPROVAL"]);
    expect((await answer(agent, asked)).status).toBe(403);
    expect(await stateOf(id)).toBe("REVIEWING");
  });

  test("by a second key, or by the roles they hold beside", async () => {
    const self = await someone("author", "reviewer", "admin");
    const other = await someone("reviewer");
    const { draft } = await place([self, other]);
    const id = await inReview(self, draft());
    const asked = await askedOf(id, other);
    const { key } = await ok(self, "POST", "/api-keys", { name: "second" });
    const second = { ...self, authorization: `Bearer ${key}` };
    for (const who of [self, second])
      expect(refusal(await answer(who, asked))).toEqual([403, "SELF_APPROVAL"]);
    expect((await ok(self, "GET", `/tasks/${id}`)).allowed_actions).not.toContain("respond");
  });

  test("by editing last what somebody else wrote", async () => {
    const editor = await someone("admin", "reviewer");
    const other = await someone("reviewer");
    const { draft } = await place([editor, other]);
    const id = await inReview(author, draft());
    await ok(editor, "PATCH", `/tasks/${id}`, draft({ description: "Mine now" }));
    await reviewedAnew(id);
    expect(refusal(await answer(editor, await askedOf(id, other)))).toEqual([403, "SELF_APPROVAL"]);
  });

  test("by a delegate: neither one answer nor a rule leads to the author, to their agent's owner, or around to oneself", async () => {
    const owner = await someone("reviewer", "author");
    const asked = await someone("reviewer");
    const agent = await server.agent(`agent-${++count}`, owner);
    const { draft } = await place([asked]);
    await ok(asked, "POST", "/approvals/policies", { conditions: {}, delegate_to: owner.id });
    for (const by of [owner, agent]) {
      const id = await inReview(by, draft());
      const approval = await askedOf(id, asked);
      const body = { action: "delegate", reason: "please", delegate_to: owner.id };
      expect(refusal(await answer(asked, approval, body))).toEqual([400, "VALIDATION_ERROR"]);
      expect((await answer(owner, approval)).status).toBe(403);
      expect(await stateOf(id)).toBe("REVIEWING");
    }
  });

  test("by passing it around in a circle, or on to somebody who has passed it on", async () => {
    const [one, two] = [await someone("reviewer"), await someone("reviewer")];
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    const pass = (to: Caller) => ({ action: "delegate", reason: "please", delegate_to: to.id });
    await answer(one, await askedOf(id, one), pass(two));
    expect(refusal(await answer(two, await askedOf(id, two), pass(one)))).toEqual([
      409,
      "DELEGATION_REFUSED",
    ]);
    expect(refusal(await answer(one, await askedOf(id, one)))).toEqual([409, "PASSED_ON"]);
    expect(refusal(await answer(one, await askedOf(id, one), pass(two)))).toEqual([409, "PASSED_ON"]);
  });

  test("by naming themselves, or the author, among those who are asked in addition", async () => {
    const one = await someone("reviewer");
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    for (const who of [author, one]) {
      const body = approve({ options: { require_additional_approvals: [who.id] } });
      expect((await answer(one, await askedOf(id, one), body)).status).toBe(400);
    }
    expect(await stateOf(id)).toBe("REVIEWING");
  });
});

describe("one person is one vote", () => {
  test("twice, by two keys, and fifty times at once", async () => {
    const [one, two] = [await someone("reviewer"), await someone("reviewer")];
    const { draft } = await place([one, two], { min_approvers: 2 });
    const id = await inReview(author, draft());
    const asked = await askedOf(id, one);
    const { key } = await ok(one, "POST", "/api-keys", { name: "second" });
    const second = { ...one, authorization: `Bearer ${key}` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => answer(at % 2 === 0 ? one : second, asked)),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect(await taskOf(id)).toMatchObject({ state: "REVIEWING", current_approvals: 1 });
    const { entries } = await ok(admin, "GET", `/audit?task_id=${id}&limit=200`);
    expect(entries.filter(({ action }: { action: string }) => action === "task.approved")).toEqual([]);
  });

  test("as an admin on everybody's approvals, one after the other", async () => {
    const [one, two] = [await someone("reviewer"), await someone("reviewer")];
    const { draft } = await place([one, two], { min_approvers: 2 });
    const id = await inReview(author, draft());
    for (const who of [one, two]) await answer(admin, await askedOf(id, who));
    expect(await taskOf(id)).toMatchObject({ state: "REVIEWING", current_approvals: 1 });
  });

  test("with another's approval answered by whoever is not asked", async () => {
    const [one, stranger] = [await someone("reviewer"), await someone("reviewer")];
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    expect(refusal(await answer(stranger, await askedOf(id, one)))).toEqual([403, "NOT_ASKED"]);
  });
});

describe("an approval is for what was looked at", () => {
  test("an old hash, and an old approval, are stale", async () => {
    const one = await someone("reviewer");
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    const { content_hash } = await taskOf(id);
    const old = await askedOf(id, one);
    await ok(author, "PATCH", `/tasks/${id}`, draft({ description: "Something else" }));
    await reviewedAnew(id);
    expect(refusal(await answer(one, old))).toEqual([409, "STALE_REVISION"]);
    const fresh = await askedOf(id, one);
    expect(refusal(await answer(one, fresh, approve({ content_hash })))).toEqual([409, "STALE_REVISION"]);
    expect(await stateOf(id)).toBe("REVIEWING");
  });

  test.each([
    ["description", { description: "Another" }],
    ["version", { version: "2.0.0" }],
    ["parameters", { parameters: { sleep_ms: 1 } }],
    ["priority", { priority: 77 }],
    ["timeout_seconds", { timeout_seconds: 17 }],
    ["rollback_strategy", { rollback_strategy: "none" }],
    ["resources", { resources: "elsewhere" }],
  ])("an edit of %s voids what was given, and makes another hash", async (field, change) => {
    const [one, two] = [await someone("reviewer"), await someone("reviewer")];
    const { draft } = await place([one, two], { min_approvers: 2 });
    const id = await inReview(author, draft());
    const before = await taskOf(id);
    expect((await answer(one, await askedOf(id, one))).status).toBe(200);
    const resources = draft().config.resources as { id: string }[];
    const next = field === "resources" ? { resources: [{ ...resources[0], id: "elsewhere" }] } : change;
    const edited = await send(author, "PATCH", `/tasks/${id}`, draft(next));
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    await reviewedAnew(id);
    const after = await taskOf(id);
    expect(after).toMatchObject({ revision: 2, current_approvals: 0 });
    expect(after.content_hash).not.toBe(before.content_hash);
    expect(after.approvals.map((each: { status: string }) => each.status)).toEqual(["PENDING", "PENDING"]);
  });

  test("what is approved is edited no more", async () => {
    const one = await someone("reviewer");
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    await answer(one, await askedOf(id, one));
    const edited = await send(author, "PATCH", `/tasks/${id}`, draft({ description: "Late" }));
    expect(refusal(edited)).toEqual([409, "INVALID_TRANSITION"]);
  });
});

describe("an override takes two admins", () => {
  const why = { reason: "nobody there", ticket_ref: "INC-9" };

  test("one admin twice is one admin, by whichever key; a maker is none", async () => {
    const one = await someone("reviewer");
    const maker = await someone("admin", "author");
    const { draft } = await place([one]);
    const id = await inReview(maker, draft());
    expect(refusal(await send(maker, "POST", `/tasks/${id}/override`, why))).toEqual([403, "SELF_APPROVAL"]);
    const first = await send(admin, "POST", `/tasks/${id}/override`, why);
    expect(first.status).toBe(202);
    const { key } = await ok(admin, "POST", "/api-keys", { name: "second" });
    const second = { ...admin, authorization: `Bearer ${key}` };
    expect(refusal(await send(second, "POST", `/tasks/${id}/override`, why))).toEqual([409, "OVERRIDE_OPEN"]);
    for (const who of [admin, second])
      expect(refusal(await answer(who, first.body.id))).toEqual([403, "SECOND_ADMIN_NEEDED"]);
    expect(refusal(await answer(maker, first.body.id))).toEqual([403, "SELF_APPROVAL"]);
    expect(refusal(await answer(one, first.body.id))).toEqual([403, "NOT_ASKED"]);
    expect(await stateOf(id)).toBe("REVIEWING");
  });

  test("without a reason, or without a ticket, none is asked for; nor by who is no admin", async () => {
    const one = await someone("reviewer");
    const { draft } = await place([one]);
    const id = await inReview(author, draft());
    for (const path of ["override", "force-apply"]) {
      for (const body of [{}, { reason: "x" }, { ticket_ref: "x" }, { ...why, reason: "  " }]) {
        expect((await send(admin, "POST", `/tasks/${id}/${path}`, body)).status).toBe(400);
      }
      for (const who of [one, author])
        expect((await send(who, "POST", `/tasks/${id}/${path}`, why)).status).toBe(403);
    }
  });
});

describe("a batch is no way around", () => {
  const batch = (who: Caller, approval_ids: string[], options: object = {}) =>
    send(who, "POST", "/approvals/batch", { approval_ids, action: "approve", options });

  test("one bad item stops it, allowed and denied mixed too; alone, only the allowed is done", async () => {
    const [one, other] = [await someone("reviewer", "author"), await someone("reviewer")];
    const { draft } = await place([one]);
    const { draft: theirs } = await place([other]);
    const mine = await inReview(author, draft());
    const foreign = await inReview(author, theirs());
    const ids = [await askedOf(mine, one), await askedOf(foreign, other)];
    const refused = await batch(one, ids);
    expect(refused).toMatchObject({ status: 200, body: { success: false, succeeded: 0, processed: 2 } });
    expect(refused.body.results[1].error.code).toBe("NOT_ASKED");
    expect(await stateOf(mine)).toBe("REVIEWING");
    const alone = await batch(one, ids, { continue_on_error: true });
    expect(alone.body).toMatchObject({ success: false, succeeded: 1, failed: 1 });
    expect([await stateOf(mine), await stateOf(foreign)]).toEqual(["APPROVED", "REVIEWING"]);
  });

  test("of ten thousand, of none, of the same twice, and without the check by who is no admin", async () => {
    const one = await someone("reviewer");
    const { draft } = await place([one]);
    const asked = await askedOf(await inReview(author, draft()), one);
    const many = Array.from({ length: 10_000 }, () => crypto.randomUUID());
    expect((await batch(one, many)).status).toBe(400);
    expect((await batch(one, [])).status).toBe(400);
    expect((await batch(one, [asked, asked])).status).toBe(400);
    expect((await batch(one, [asked], { skip_validation: true })).status).toBe(403);
    expect((await batch(author, [asked])).status).toBe(403);
  });
});

describe("a quorum is at least one", () => {
  test("negative, and fractions, are no policy; zero without a waiver still asks one", async () => {
    const one = await someone("reviewer");
    const policy = (min_approvers: number) => ({
      name: "zero",
      resource_patterns: ["*:nowhere/*"],
      min_approvers,
    });
    for (const number of [-1, 0.5, 1e9]) {
      expect((await send(admin, "POST", "/policies", policy(number))).status).toBe(400);
    }
    expect((await send(admin, "POST", "/policies", policy(0))).status).toBe(400);
    const { draft } = await place([one], { min_approvers: 0, auto_approve_if: { risk_below: 0 } });
    expect(await taskOf(await inReview(author, draft()))).toMatchObject({
      state: "REVIEWING",
      required_approvals: 1,
    });
  });

  test("an empty group, or one of whom only the author is left, is an error at submit and no way through", async () => {
    await server.core.identity.users.create(systemActor("tests"), {
      ...{ email: `gone-${++count}@example.org`, name: "gone", roles: [], groups: ["empty"] },
    });
    const { draft } = await place([], { reviewers: undefined, groups: ["empty"] });
    const { id } = await ok(author, "POST", "/tasks", draft());
    const submitted = await send(author, "POST", `/tasks/${id}/submit`, { skip_preview: true });
    expect(refusal(submitted)).toEqual([422, "REQUIREMENT_UNSATISFIABLE"]);
    expect(await stateOf(id)).toBe("DRAFT");
  });
});

describe("what changes in between", () => {
  test("rights that are gone do not answer, and a policy that is gone lowers nothing", async () => {
    const [one, two] = [await someone("reviewer"), await someone("reviewer")];
    const { draft, policy } = await place([one, two], { min_approvers: 2 });
    const id = await inReview(author, draft());
    const [mine, theirs] = [await askedOf(id, one), await askedOf(id, two)];
    await ok(admin, "PATCH", `/users/${two.id}`, { roles: ["author"] });
    expect((await answer(two, theirs)).status).toBe(403);
    await ok(admin, "DELETE", `/policies/${policy}`);
    expect((await answer(one, mine)).body.task_state).toBe("REVIEWING");
    await ok(admin, "PATCH", `/users/${one.id}`, { active: false });
    expect((await answer(one, mine)).status).toBe(401);
  });

  test("an approver who lost the right, and a policy that asks for more, send it back before it is applied", async () => {
    const places = await Promise.all(
      ["revoked", "left", "tightened", "kept"].map(async (name) => {
        const reviewer = await someone("reviewer");
        const { draft, policy } = await place([reviewer, await someone("reviewer")]);
        const id = await inReview(author, draft());
        expect((await answer(reviewer, await askedOf(id, reviewer))).body.task_state).toBe("APPROVED");
        return { name, id, reviewer, policy };
      }),
    );
    const at = (name: string) => places.find((each) => each.name === name)!;
    await ok(admin, "PATCH", `/users/${at("revoked").reviewer.id}`, { roles: ["author"] });
    await ok(admin, "PATCH", `/users/${at("left").reviewer.id}`, { active: false });
    await ok(admin, "PATCH", `/policies/${at("tightened").policy}`, { min_approvers: 2 });
    await server.core.startWorker();
    await server.core.taskIn(at("kept").id, "COMPLETED");
    for (const name of ["revoked", "left", "tightened"]) {
      const { id } = at(name);
      await expect.poll(async () => (await taskOf(id)).revision, { timeout: 15_000 }).toBe(2);
      await server.core.taskIn(id, "REVIEWING", "DRAFT");
      expect((await ok(admin, "GET", `/tasks/${id}/attempts`)).attempts, name).toEqual([]);
    }
  });
});
