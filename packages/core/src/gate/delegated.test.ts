import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DelegationInput, delegationInput } from "../delegations/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { type PolicyInput, policyInput } from "../policies/schema.ts";
import type { TaskEntry } from "../tasks/schema.ts";

let core: TestCore;
let people: TestPeople;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
});
afterAll(() => core.dispose());

let places = 0;
/** A namespace of its own with a policy over it, so that tests do not meet. */
async function place(more: Partial<PolicyInput>) {
  const namespace = `prod-${++places}`;
  const policy = { name: `Of ${namespace}`, resource_patterns: [`*:${namespace}/*`], ...more };
  await core.policies.create(people.admin, policyInput.parse(policy));
  const config = () =>
    core.noopTask(
      {},
      { resources: [{ type: "service", id: "api", namespace, scope: "namespace", actions: ["execute"] }] },
    );
  return { namespace, config };
}
const delegate = (owner: Actor, to: Actor, more: Partial<DelegationInput> = {}) =>
  core.delegations.create(owner, delegationInput.parse({ delegate_to: to.id, ...more }));
const reviewers = (count: number) =>
  Promise.all(Array.from({ length: count }, () => core.person(["reviewer"]))) as Promise<
    [Actor, Actor, Actor, Actor]
  >;
const askedOf = async (task: TaskEntry) => (await core.tasks.read(people.admin, task.id)).approvals;
const whyOf = async (task: TaskEntry) =>
  (await core.approvals.list(people.admin, { task_id: task.id, page: 1, limit: 100 })).approvals;

describe("a chain of two delegations", () => {
  test("asks only its end, and says how it came there; owner and middle may not answer", async () => {
    const [alice, bob, carol] = await reviewers(3);
    const { namespace, config } = await place({ reviewers: [alice.id] });
    await delegate(alice, bob, { conditions: { task_types: ["test.*"] } });
    await delegate(bob, carol, { conditions: { namespaces: [namespace] } });
    const task = await core.reviewing(people.author, config());
    expect(await whyOf(task)).toMatchObject([
      {
        reviewer_id: carol.id,
        stands_for: [alice.id],
        why: [{ policy: `Of ${namespace}`, via: [alice.name, bob.name, carol.name] }],
      },
    ]);
    const [approval] = await askedOf(task);
    for (const other of [alice, bob]) {
      await expect(core.gate.respond(other, approval!.id, core.yes())).rejects.toMatchObject({
        code: "NOT_ASKED",
        status: 403,
      });
    }
    await core.gate.respond(carol, approval!.id, core.yes());
    expect((await core.taskIn(task.id, "COMPLETED")).execution?.result).toBe("success");
  });

  test("is applied although a delegation of it ended after the answer", async () => {
    const [alice, bob] = await reviewers(2);
    const { config } = await place({ reviewers: [alice.id] });
    const { id } = await delegate(alice, bob);
    const task = await core.reviewing(people.author, config());
    await core.delegations.remove(alice, id);
    const [approval] = await askedOf(task);
    await core.gate.respond(bob, approval!.id, core.yes());
    expect((await core.taskIn(task.id, "COMPLETED", "REVIEWING")).state).toBe("COMPLETED");
  });

  test("counts for the required role of its owner", async () => {
    const alice = await core.person(["reviewer"], ["sre"]);
    const [bob, other] = await reviewers(2);
    const { config } = await place({ reviewers: [other.id], min_approvers: 1, required_roles: ["sre"] });
    await delegate(alice, bob);
    const task = await core.reviewing(people.author, config());
    expect(task.required_approvals).toBe(2);
    expect((await askedOf(task)).map(({ reviewer_id }) => reviewer_id).sort()).toEqual(
      [bob.id, other.id].sort(),
    );
    for (const who of [bob, other]) {
      const approval = (await askedOf(task)).find(({ reviewer_id }) => reviewer_id === who.id)!;
      await core.gate.respond(who, approval.id, core.yes());
    }
    expect((await core.taskIn(task.id, "COMPLETED", "REVIEWING")).state).toBe("COMPLETED");
  });
});

describe("one human is one voice", () => {
  test("who is named and stands in for another is asked once, for both", async () => {
    const [alice, bob, carol] = await reviewers(3);
    const { config } = await place({ reviewers: [alice.id, bob.id, carol.id], min_approvers: 2 });
    await delegate(alice, bob);
    const task = await core.reviewing(people.author, config());
    expect(task.required_approvals).toBe(2);
    const asked = await whyOf(task);
    expect(asked).toHaveLength(2);
    const his = asked.find(({ reviewer_id }) => reviewer_id === bob.id)!;
    expect(his.stands_for).toEqual([alice.id]);
    expect(his.why.map(({ via }) => via)).toEqual([[bob.name], [alice.name, bob.name]]);
    await core.gate.respond(bob, his.id, core.yes());
    expect(await core.tasks.get(people.author, task.id)).toMatchObject({
      state: "REVIEWING",
      current_approvals: 1,
    });
    const hers = asked.find(({ reviewer_id }) => reviewer_id === carol.id)!;
    await core.gate.respond(carol, hers.id, core.yes());
    await core.taskIn(task.id, "COMPLETED");
  });

  test("a policy that two leave to one can't be met, and the author is told why", async () => {
    const [alice, bob, carol] = await reviewers(3);
    const { namespace, config } = await place({ reviewers: [alice.id, bob.id], min_approvers: 2 });
    await delegate(alice, carol);
    await delegate(bob, carol);
    const simulated = await core.gate.simulate(people.author, { config: config(), metadata: { tags: [] } });
    const sentence = `Of ${namespace} needs 2 of ${alice.name} or ${bob.name}, and only 1 of them is left to ask; ${alice.name} and ${bob.name} leave it to ${carol.name}, who counts once (the makers of a change, and those who left or are no reviewers, don't count).`;
    expect(simulated.problems).toEqual([sentence]);
    await expect(core.reviewing(people.author, config())).rejects.toMatchObject({
      code: "REQUIREMENT_UNSATISFIABLE",
      message: sentence,
    });
  });

  test("an approver who stood in for two does not count twice when it is applied", async () => {
    const [alice, bob, carol] = await reviewers(3);
    const { namespace, config } = await place({ reviewers: [alice.id, bob.id] });
    await delegate(alice, carol);
    await delegate(bob, carol);
    const task = await core.reviewing(people.author, config());
    const record = await core.tasks.read(people.admin, task.id);
    const [approval] = record.approvals;
    expect(approval!.stands_for.toSorted()).toEqual([alice.id, bob.id].toSorted());
    const policy = (await core.policies.list()).find(({ name }) => name === `Of ${namespace}`)!;
    const yes = { ...record, approvals: [{ ...approval!, status: "APPROVED" }] };
    expect(await core.gate.stillApproved(yes)).toBeNull();
    await core.policies.update(people.admin, policy.id, { min_approvers: 2 });
    expect(await core.gate.stillApproved(yes)).toContain("the policies of now ask for more");
  });
});

describe("a delegation that leads nowhere", () => {
  test("to the author falls back to its owner, who is told on the approval, in the ledger and by an event", async () => {
    const [alice] = await reviewers(1);
    const author = await core.person(["author", "reviewer"]);
    const { config } = await place({ reviewers: [alice.id] });
    await delegate(alice, author);
    const ended = new AbortController();
    const heard = core.ledger.events.subscribe({ channels: [`user:${alice.id}`], signal: ended.signal });
    const first = heard.next();
    const task = await core.reviewing(author, config());
    const note = `${alice.name} → ${author.name} ends at somebody who made this change, so ${alice.name} is asked.`;
    expect(await whyOf(task)).toMatchObject([
      { reviewer_id: alice.id, stands_for: [], why: [{ via: [alice.name], note }] },
    ]);
    const { entries } = await core.ledger.list(people.admin, {
      ...{ task_id: task.id, action: "delegation.fell_back" },
      ...{ limit: 10, sort_order: "asc" },
    });
    expect(entries).toMatchObject([{ entity_id: alice.id, reason: note }]);
    let event = (await first).value!;
    while (event.event !== "delegation:fell_back") event = (await heard.next()).value!;
    expect(event.payload).toMatchObject({ task_id: task.id, reason: note });
    ended.abort();
  });

  test("in a circle asks each of its owners where the policy names both", async () => {
    const [alice, bob] = await reviewers(2);
    const { config } = await place({ reviewers: [alice.id, bob.id], min_approvers: 2 });
    await delegate(alice, bob);
    await delegate(bob, alice);
    const input = { config: config(), metadata: { tags: [] } };
    const simulated = await core.gate.simulate(people.author, input);
    expect(simulated.reviewers.map(({ id }) => id).toSorted()).toEqual([alice.id, bob.id].toSorted());
    expect(simulated.warnings).toEqual(
      expect.arrayContaining([
        `${alice.name} → ${bob.name} → ${alice.name} goes in a circle, so ${alice.name} is asked.`,
        `${bob.name} → ${alice.name} → ${bob.name} goes in a circle, so ${bob.name} is asked.`,
      ]),
    );
  });

  test("never lets an author choose their approver: what they delegate themselves counts nothing", async () => {
    const author = await core.person(["author", "reviewer"]);
    const [friend, other] = await reviewers(2);
    const { config } = await place({ reviewers: [author.id, other.id] });
    await delegate(author, friend);
    const task = await core.reviewing(author, config());
    expect((await askedOf(task)).map(({ reviewer_id }) => reviewer_id)).toEqual([other.id]);
  });
});

test("where open reviewers are too few because they leave it to each other, admins are asked too", async () => {
  const fresh = await makeCore();
  try {
    const [author, alice, bob, admin] = [
      await fresh.person(["author"]),
      await fresh.person(["reviewer"]),
      await fresh.person(["reviewer"]),
      await fresh.person(["admin"]),
    ];
    await fresh.policies.create(admin, policyInput.parse({ name: "Two", min_approvers: 2 }));
    await fresh.delegations.create(alice, delegationInput.parse({ delegate_to: bob.id }));
    const input = { config: fresh.noopTask(), metadata: { tags: [] } };
    const { reviewers, required_approvals, problems } = await fresh.gate.simulate(author, input);
    expect(reviewers.map(({ id }) => id).toSorted()).toEqual([bob.id, admin.id].toSorted());
    expect([required_approvals, problems]).toEqual([2, []]);
  } finally {
    await fresh.dispose();
  }
});
