import type { Simulation } from "@ade/core/gate/schema";
import { type SeededRandom, seededRandom } from "@ade/testkit/seeded-random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

const SEED = 20_261_121;
const ROUNDS = 20;
const DRAFTS_A_ROUND = 10;
const GROUPS = ["sec", "sre", "db"];
const NAMESPACES = ["prod-eu", "prod-us", "stage"];
const TYPES = ["database", "service", "network"];
const TAGS = ["incident", "release"];

let server: TestServer;
let admin: Caller;
/** Authors review, too, so that makers stand in the middle of policies and chains. */
const authors: Caller[] = [];
const everybody: Caller[] = [];
beforeAll(async () => {
  server = await makeServer();
  // Plans are made; what is waived stays APPROVED, so that no outcome moves the risk of the next draft.
  await server.core.takeJobs(async () => {});
  admin = await server.person("admin", ["admin"]);
  const random = seededRandom(SEED);
  for (let each = 0; each < 12; each++) {
    const isAuthor = each < 4;
    const made = await server.person(`p${each}`, isAuthor ? ["author", "reviewer"] : ["reviewer"]);
    const groups = GROUPS.filter(() => random.chance(0.4));
    await call(admin, "PATCH", `/users/${made.id}`, { groups: each === 5 ? GROUPS : groups });
    if (isAuthor) authors.push(made);
    everybody.push(made);
  }
  const outsider = await server.person("outsider", ["author"]);
  everybody.push(outsider, admin);
});
afterAll(() => server.close());

async function call(
  caller: Caller,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
) {
  const response = await server.call(caller, method, path, body);
  return { status: response.statusCode, body: response.body ? response.json() : null };
}
const some = <T>(random: SeededRandom, list: readonly T[], part: number): T[] | undefined => {
  const chosen = list.filter(() => random.chance(part));
  return chosen.length > 0 ? chosen : undefined;
};
const given = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const anyPolicy = (random: SeededRandom, name: string) => {
  const reviewers = random.chance(0.4) ? some(random, everybody.slice(0, 12), 0.3) : undefined;
  const groups = random.chance(0.4) ? some(random, GROUPS, 0.5) : undefined;
  const named = groups ? 3 : (reviewers?.length ?? 3);
  return given({
    name,
    resource_patterns: random.chance(0.6) ? [`*:${random.pick(NAMESPACES)}/*`] : undefined,
    risk_threshold: random.chance(0.3) ? random.int(0, 40) : undefined,
    min_approvers: random.chance(0.3) ? named : Math.min(named, random.int(1, 2)),
    reviewers: reviewers?.map(({ id }) => id),
    groups,
    required_roles: random.chance(0.3) ? [random.pick([...GROUPS, "reviewer"])] : undefined,
    auto_approve_if: random.chance(0.4) ? { risk_below: random.int(20, 90) } : undefined,
  });
};
const anyDelegation = (random: SeededRandom, owner: Caller) => {
  const hour = (from: number) => new Date(Date.now() + from * 3_600_000).toISOString();
  const dates = random.pick([
    {},
    {},
    {},
    {},
    { starts_at: hour(1) },
    { expires_at: hour(-1) },
    { expires_at: hour(1) },
  ]);
  return given({
    owner_id: owner.id,
    delegate_to: random.pick(everybody.filter((each) => each !== owner)).id,
    conditions: given({
      namespaces: random.chance(0.3) ? [random.pick(["prod-*", "stage"])] : undefined,
      tags: random.chance(0.2) ? [random.pick(TAGS)] : undefined,
      risk_above: random.chance(0.3) ? random.int(0, 40) : undefined,
      task_types: random.chance(0.1) ? [random.pick(["test.*", "database.*"])] : undefined,
      resource_patterns: random.chance(0.2) ? [`${random.pick(TYPES)}:*`] : undefined,
    }),
    cascade: random.chance(0.8),
    ...dates,
    active: random.chance(0.9),
  });
};
const anyDraft = (random: SeededRandom, name: string) => ({
  config: {
    type: "test.noop",
    description: name,
    resources: TYPES.slice(0, random.int(1, 3)).map((type) => ({
      ...{ type, namespace: random.pick(NAMESPACES), id: random.pick(["a", "b"]) },
      actions: [random.pick(["read", "write", "delete"])],
    })),
  },
  metadata: { tags: some(random, TAGS, 0.4) ?? [] },
});

async function newRules(random: SeededRandom, round: number): Promise<void> {
  const policies = (await call(admin, "GET", "/policies")).body.policies;
  const delegations = (await call(admin, "GET", "/approvals/policies?scope=all")).body.policies;
  for (const { id } of policies) await call(admin, "DELETE", `/policies/${id}`);
  for (const { id } of delegations) await call(admin, "DELETE", `/approvals/policies/${id}`);
  const drawn = Array.from({ length: random.int(0, 3) }, (_, count) =>
    anyPolicy(random, `${round}-${count}`),
  );
  // What a draw seldom gives is put into every fifth round: two places left to one person, and nothing but a waiver.
  const [twin, other, heir] = everybody.slice(9, 12);
  const shared = { name: "Two of two", min_approvers: 2, reviewers: [twin!.id, other!.id] };
  const waived = { name: "Waived", min_approvers: 1, auto_approve_if: { risk_below: 90 } };
  const wanted = round % 5 === 0 ? [...drawn, shared] : round % 5 === 1 ? [waived] : drawn;
  for (const owner of round % 5 === 0 ? [twin!, other!] : []) {
    await call(admin, "POST", "/approvals/policies", { owner_id: owner.id, delegate_to: heir!.id });
  }
  for (const policy of wanted) {
    const made = await call(admin, "POST", "/policies", policy);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
  for (let count = random.int(3, 14); count > 0; count--) {
    const delegation = anyDelegation(random, random.pick(everybody));
    const made = await call(admin, "POST", "/approvals/policies", delegation);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
  }
}

type Asked = { reviewer_id: string; stands_for: string[]; why: { via: string[] }[] };
const sorted = <T>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Simulates the draft, then submits it as it is; what came of it is what was foretold. */
async function foretold(author: Caller, draft: object): Promise<Simulation> {
  const simulated: Simulation = (await call(author, "POST", "/simulate", draft)).body;
  const { id } = (await call(author, "POST", "/tasks", draft)).body;
  const submitted = await call(author, "POST", `/tasks/${id}/submit`, {});
  if (simulated.problems.length > 0) {
    if (submitted.status === 422) {
      expect(submitted.body.error.code).toBe("REQUIREMENT_UNSATISFIABLE");
      expect(submitted.body.error.details).toEqual(simulated.problems);
    } else {
      // The plan came later than submit waits for it: the problem stays on the draft.
      const back = await server.core.taskIn(id, "DRAFT");
      expect(back.problem?.details).toEqual(simulated.problems);
    }
    return simulated;
  }
  expect(submitted.status, JSON.stringify(submitted.body)).toBe(202);
  const task = await server.core.taskIn(id, "REVIEWING", "APPROVED");
  expect(task.state).toBe(simulated.auto_approvable ? "APPROVED" : "REVIEWING");
  expect(task.risk?.score).toBe(simulated.risk.score);
  const asked: Asked[] = (await call(admin, "GET", `/approvals?task_id=${id}&limit=100`)).body.approvals;
  const wanted = simulated.auto_approvable ? [] : simulated.reviewers;
  expect(sorted(asked.map((each) => [each.reviewer_id, sorted(each.stands_for), sorted(each.why)]))).toEqual(
    sorted(wanted.map((each) => [each.id, sorted(each.stands_for), sorted(each.why)])),
  );
  if (task.state === "REVIEWING") expect(task.required_approvals).toBe(simulated.required_approvals);
  expect(asked.map((each) => each.reviewer_id)).not.toContain(author.id);
  return simulated;
}

test("POST /simulate names exactly those who are then asked, for 200 random drafts", {
  timeout: 300_000,
}, async () => {
  const random = seededRandom(SEED);
  const seen: Simulation[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await newRules(random, round);
    const drafts = Array.from({ length: DRAFTS_A_ROUND }, (_, each) => ({
      author: random.pick(authors),
      draft: anyDraft(random, `Draft ${round}-${each}`),
    }));
    seen.push(...(await Promise.all(drafts.map(({ author, draft }) => foretold(author, draft)))));
  }
  // The draw holds some of everything, else this would show little.
  const ways = seen.flatMap(({ reviewers }) => reviewers.flatMap(({ why }) => why));
  expect(seen).toHaveLength(ROUNDS * DRAFTS_A_ROUND);
  expect(ways.filter(({ via }) => via.length === 2).length).toBeGreaterThan(50);
  expect(ways.filter(({ via }) => via.length > 2).length).toBeGreaterThan(10);
  expect(ways.filter(({ note }) => note !== undefined).length).toBeGreaterThan(10);
  expect(seen.filter(({ problems }) => problems.length > 0).length).toBeGreaterThan(3);
  expect(seen.filter(({ auto_approvable }) => auto_approvable).length).toBeGreaterThan(5);
  expect(seen.filter(({ required_approvals }) => required_approvals > 1).length).toBeGreaterThan(20);
});
