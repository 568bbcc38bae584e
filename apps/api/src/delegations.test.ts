import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let admin: Caller;
let author: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  admin = await server.person("admin", ["admin"]);
  author = await server.person("author", ["author"]);
});
afterAll(() => server.close());

let count = 0;
const reviewers = async (number: number): Promise<Caller[]> => {
  const made: Caller[] = [];
  for (let each = 0; each < number; each++) {
    made.push(await server.person(`reviewer-${++count}`, ["reviewer"]));
  }
  return made;
};
const nameOf = ({ email }: Caller) => email.split("@")[0]!;
const post = async (caller: Caller, path: string, body: unknown, status: number) => {
  const response = await server.call(caller, "POST", path, body);
  expect(response.statusCode, response.body).toBe(status);
  return response.json();
};
/** A namespace with a policy of its own, for `reviewers`. */
async function place(named: readonly Caller[], more: object = {}) {
  const namespace = `prod-${++count}`;
  const reviewers = named.map(({ id }) => id);
  const policy = {
    name: namespace,
    resource_patterns: [`*:${namespace}/*`],
    min_approvers: 1,
    reviewers,
    ...more,
  };
  await post(admin, "/policies", policy, 201);
  const draft = (type = "infrastructure") => ({
    config: {
      type: "test.noop",
      description: `In ${namespace}`,
      resources: [{ type, id: "cluster", namespace, actions: ["write", "delete"] }],
    },
  });
  return { namespace, draft };
}
const delegate = (owner: Caller, to: Caller, more: object = {}) =>
  post(owner, "/approvals/policies", { conditions: {}, delegate_to: to.id, ...more }, 201);
/** Proposes and submits; answers the approvals of what is then in review. */
async function submitted(by: Caller, draft: object) {
  const { id } = await post(by, "/tasks", draft, 201);
  await post(by, `/tasks/${id}/submit`, {}, 202);
  await server.core.taskIn(id, "REVIEWING");
  return { id, asked: await askedOf(id) };
}
const askedOf = async (id: string) =>
  (await server.call(admin, "GET", `/approvals?task_id=${id}&limit=100`)).json().approvals;

test("a chain of two delegations asks only its end; owner and middle may not answer", async () => {
  const [alice, bob, carol] = (await reviewers(3)) as [Caller, Caller, Caller];
  const { namespace, draft } = await place([alice]);
  await delegate(alice, bob, { owner_id: alice.id, conditions: { task_types: ["test.*"], risk_above: 10 } });
  await delegate(bob, carol, {
    conditions: { namespaces: ["prod-*"], resource_patterns: [`*:${namespace}/*`] },
  });
  const simulated = await post(author, "/simulate", draft(), 200);
  expect(simulated.reviewers).toMatchObject([{ id: carol.id, stands_for: [alice.id] }]);
  const { asked } = await submitted(author, draft());
  expect(asked).toMatchObject([
    { reviewer_id: carol.id, stands_for: [alice.id], why: [{ via: [alice, bob, carol].map(nameOf) }] },
  ]);
  for (const other of [alice, bob]) {
    const refused = await server.call(other, "POST", `/approvals/${asked[0].id}/respond`, {
      action: "approve",
    });
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, "NOT_ASKED"]);
  }
  expect(await post(carol, `/approvals/${asked[0].id}/respond`, { action: "approve" }, 200)).toMatchObject({
    task_state: "APPROVED",
  });
});

test("the risk of the change decides: above it the delegate is asked, at it the owner", async () => {
  const [alice, bob] = (await reviewers(2)) as [Caller, Caller];
  const { draft } = await place([alice]);
  const { risk } = await post(author, "/simulate", draft(), 200);
  const { id } = await delegate(alice, bob, { conditions: { risk_above: risk.score } });
  const asked = async () => (await post(author, "/simulate", draft(), 200)).reviewers[0].id;
  expect(await asked()).toBe(alice.id);
  const patch = { conditions: { risk_above: risk.score - 1 }, expected_version: 1 };
  const patched = await server.call(alice, "PATCH", `/approvals/policies/${id}`, patch);
  expect([patched.statusCode, patched.json().version]).toEqual([200, 2]);
  expect(await asked()).toBe(bob.id);
  expect((await server.call(alice, "PATCH", `/approvals/policies/${id}`, patch)).statusCode).toBe(409);
});

describe("what leads nowhere falls back to its owner with a warning", () => {
  test("a circle warns when it is made, and when a request meets it", async () => {
    const [alice, bob] = (await reviewers(2)) as [Caller, Caller];
    const { draft } = await place([alice]);
    expect((await delegate(alice, bob)).warnings).toEqual([]);
    const circle = [alice, bob, alice].map(nameOf).join(" → ");
    const { warnings } = await delegate(bob, alice);
    expect(warnings).toEqual([expect.stringContaining("is a circle")]);
    const { asked } = await submitted(author, draft());
    const note = `${circle} goes in a circle, so ${nameOf(alice)} is asked.`;
    expect(asked).toMatchObject([{ reviewer_id: alice.id, why: [{ via: [nameOf(alice)], note }] }]);
  });

  test("a chain to the author", async () => {
    const [alice, bob] = (await reviewers(2)) as [Caller, Caller];
    const maker = await server.person(`maker-${++count}`, ["author", "reviewer"]);
    const { draft } = await place([alice]);
    await delegate(alice, bob);
    await delegate(bob, maker);
    expect((await post(author, "/simulate", draft(), 200)).reviewers[0].id).toBe(maker.id);
    const { id, asked } = await submitted(maker, draft());
    expect(asked).toMatchObject([{ reviewer_id: alice.id, stands_for: [] }]);
    const ledger = await server.call(admin, "GET", `/audit?task_id=${id}&action=delegation.fell_back`);
    expect(ledger.json().entries).toMatchObject([
      { entity_id: alice.id, reason: expect.stringContaining("ends at somebody who made this change") },
    ]);
  });
});

test("out of office: only between its dates", async () => {
  const [alice, bob] = (await reviewers(2)) as [Caller, Caller];
  const { draft } = await place([alice]);
  const dates = { starts_at: "2126-07-01T00:00:00Z", expires_at: "2126-07-15T00:00:00Z" };
  const made = await delegate(alice, bob, { ...dates, note: "On holiday" });
  expect(made).toMatchObject({ state: "scheduled", note: "On holiday" });
  expect((await submitted(author, draft())).asked[0].reviewer_id).toBe(alice.id);
  const at = (moment: string) => ({ type: "x", resource: { type: "service", id: "y" }, risk: 5, at: moment });
  const endAt = async (moment: string) =>
    (await post(alice, "/approvals/policies/trace", at(moment), 200)).end.id;
  expect(await endAt("2126-06-30T23:59:59.999999Z")).toBe(alice.id);
  expect(await endAt("2126-07-01T00:00:00Z")).toBe(bob.id);
  expect(await endAt("2126-07-15T00:00:00Z")).toBe(alice.id);
  const path = `/approvals/policies/${made.id}`;
  const begun = { starts_at: "2026-01-01T00:00:00Z" };
  expect((await server.call(alice, "PATCH", path, begun)).json()).toMatchObject({ state: "in_force" });
  expect((await submitted(author, draft())).asked[0].reviewer_id).toBe(bob.id);
  const over = { expires_at: "2026-01-02T00:00:00Z" };
  expect((await server.call(alice, "PATCH", path, over)).json()).toMatchObject({ state: "ended" });
  expect((await submitted(author, draft())).asked[0].reviewer_id).toBe(alice.id);
});

test("two who delegate to one make a policy impossible to meet: 422 says which and why", async () => {
  const [alice, bob, carol] = (await reviewers(3)) as [Caller, Caller, Caller];
  const { namespace, draft } = await place([alice, bob], { min_approvers: 2 });
  await delegate(alice, carol);
  await delegate(bob, carol);
  const { id } = await post(author, "/tasks", draft(), 201);
  const refused = await server.call(author, "POST", `/tasks/${id}/submit`, {});
  expect([refused.statusCode, refused.json().error.code]).toEqual([422, "REQUIREMENT_UNSATISFIABLE"]);
  expect(refused.json().error.message).toContain(
    `${namespace} needs 2 of ${nameOf(alice)} or ${nameOf(bob)}, and only 1 of them is left to ask; ${nameOf(alice)} and ${nameOf(bob)} leave it to ${nameOf(carol)}, who counts once`,
  );
});

test("other people's ids are 403, unknown ones 404; admins may, delegates may read", async () => {
  const [alice, bob, stranger] = (await reviewers(3)) as [Caller, Caller, Caller];
  const { id } = await delegate(alice, bob);
  const path = `/approvals/policies/${id}`;
  const status = async (...call: Parameters<TestServer["call"]>) => (await server.call(...call)).statusCode;
  expect(await status(stranger, "GET", path)).toBe(403);
  expect(await status(bob, "GET", path)).toBe(200);
  for (const other of [stranger, bob]) {
    expect(await status(other, "PATCH", path, { active: false })).toBe(403);
    expect(await status(other, "DELETE", path)).toBe(403);
  }
  const foreign = { owner_id: alice.id, delegate_to: stranger.id };
  expect(await status(stranger, "POST", "/approvals/policies", foreign)).toBe(403);
  expect(await status(stranger, "GET", "/approvals/policies?scope=all")).toBe(403);
  const nowhere = "/approvals/policies/019a0000-0000-7000-8000-000000000000";
  for (const [method, body] of [["GET"], ["PATCH", { active: true }], ["DELETE"]] as const) {
    expect(await status(alice, method, nowhere, body)).toBe(404);
  }
  expect(await status(alice, "POST", "/approvals/policies", { delegate_to: alice.id })).toBe(400);
  expect(await status(alice, "POST", "/approvals/policies", { delegate_to: bob.id, extra: 1 })).toBe(400);
  expect(await status(alice, "POST", "/approvals/policies", { delegate_to: "bob" })).toBe(400);
  const all = await server.call(admin, "GET", "/approvals/policies?scope=all");
  expect(all.json().policies.map((each: { id: string }) => each.id)).toContain(id);
  expect(await status(admin, "PATCH", path, { active: false })).toBe(200);
  expect(await status(alice, "DELETE", path)).toBe(204);
  expect(await status(alice, "GET", path)).toBe(404);
});
