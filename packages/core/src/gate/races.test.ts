import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { seededRandom } from "@ade/testkit/seeded-random";
import { afterAll, beforeAll, expect, test } from "vitest";
import { respondInput } from "../approvals/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { isCoded } from "../kernel/errors.ts";
import type { AuditEntry } from "../ledger/schema.ts";
import { policyInput } from "../policies/schema.ts";
import { batchInput } from "./schema.ts";

/** `npm run test:long` has a thousand of each; one seed draws one race. */
const ROUNDS = Number(process.env.ADE_RACE_ROUNDS ?? 10);
const FIRST_SEED = Number(process.env.ADE_RACE_SEED ?? 1);

let core: TestCore;
let author: Actor;
let admin: Actor;
let reviewers: Actor[];
let outsider: Actor;
beforeAll(async () => {
  core = await makeCore();
  admin = await core.person(["admin"]);
  author = await core.person(["author"]);
  reviewers = await Promise.all([1, 2, 3].map(() => core.person(["reviewer"])));
  outsider = await core.person(["reviewer"]);
  await core.policies.create(
    admin,
    policyInput.parse({ name: "two of three", min_approvers: 2, reviewers: reviewers.map(({ id }) => id) }),
  );
});
afterAll(() => core.dispose());

const yes = (undo_seconds = 0) => respondInput.parse({ action: "approve", options: { undo_seconds } });
const no = respondInput.parse({ action: "reject", reason: "no" });
const changes = respondInput.parse({ action: "request_changes", reason: "other" });

async function inReview(): Promise<{ id: string; approvals: Map<string, string> }> {
  const { id } = await core.gate.propose(author, { config: core.noopTask(), metadata: { tags: [] } });
  await core.gate.submit(author, id, { force: false, skip_preview: true });
  const task = await core.tasks.read(admin, id);
  return { id, approvals: new Map(task.approvals.map((row) => [row.reviewer_id, row.id])) };
}

type Task = Awaited<ReturnType<typeof inReview>>;
type Move = (task: Task, who: Actor) => Promise<unknown>;
const of = (task: Task, who: Actor): string => task.approvals.get(who.id)!;
const MOVES: Record<string, Move> = {
  approve: (task, who) => core.gate.respond(who, of(task, who), yes()),
  reject: (task, who) => core.gate.respond(who, of(task, who), no),
  request: (task, who) => core.gate.respond(who, of(task, who), changes),
  edit: async (task) => {
    await core.gate.edit(author, task.id, { config: core.noopTask() });
    await core.gate.assess(task.id);
  },
  cancel: (task) => core.gate.cancel(author, task.id, {}),
  withdraw: async (task, who) => {
    await core.gate.respond(who, of(task, who), yes(30));
    await core.gate.withdraw(who, of(task, who));
  },
  delegate: (task, who) =>
    core.gate.respond(
      who,
      of(task, who),
      respondInput.parse({ action: "delegate", reason: "away", delegate_to: outsider.id }),
    ),
  batch: (task, who) =>
    core.gate.respondToMany(who, batchInput.parse({ approval_ids: [of(task, who)], action: "approve" })),
  demand: (task, who) =>
    core.gate.respond(
      who,
      of(task, who),
      respondInput.parse({ action: "approve", options: { require_additional_approvals: [outsider.id] } }),
    ),
};

/** Replays what the ledger says of one task, and fails where one step could not have followed the one before. */
function replay(entries: readonly AuditEntry[], say: string) {
  let state: string | null = null;
  let open = true;
  const said = new Map<string, { status: string; release_at: unknown }>();
  const place = new Map(reviewers.map(({ id }) => [id, id]));
  const demanded = new Set<string>();
  const counts = (): number =>
    [...new Set(place.values())].filter((id) => {
      const own = said.get(id);
      return own?.status === "APPROVED" && !own.release_at;
    }).length;
  for (const entry of entries) {
    const who = String(entry.detail.reviewer_id ?? "");
    if (entry.entity_type === "approval" && !open && entry.action !== "approval.superseded")
      expect.fail(`${say}: ${entry.action} after the review was over`);
    if (entry.action === "approval.responded" || entry.action === "approval.changed") {
      said.set(who, { status: entry.to_state!, release_at: entry.detail.release_at });
      expect(entry.actor_id, say).not.toBe(author.id);
    } else if (entry.action === "approval.withdrawn") said.delete(who);
    else if (entry.action === "approval.delegated") {
      said.delete(who);
      for (const [named, by] of place) if (by === who) place.set(named, String(entry.detail.delegated_to));
    } else if (entry.action === "approval.requested" && who === outsider.id) {
      if (!(entry.detail.stands_for as string[]).length) demanded.add(who);
    }
    if (entry.entity_type !== "task" || !entry.to_state) continue;
    expect(entry.from_state, `${say}: ${entry.action}`).toBe(state);
    state = entry.to_state;
    if (entry.action === "task.approved") expect(counts(), say).toBeGreaterThanOrEqual(2);
    if (entry.action === "task.rejected")
      expect(
        [...said.values()].some(({ status }) => status === "REJECTED"),
        say,
      ).toBe(true);
    open = state === "REVIEWING";
    if (state === "REVIEWING" || state === "SUBMITTED") {
      said.clear();
      for (const { id } of reviewers) place.set(id, id);
    }
  }
  return { state, approvers: counts(), demanded: demanded.size > 0 };
}

async function race(seed: number, names: readonly string[]): Promise<void> {
  const random = seededRandom(seed);
  const task = await inReview();
  // Each of the three has a row; who does what, in which order, and how many at once comes of the seed.
  const drawn = Array.from({ length: random.int(3, 7) }, () => ({
    name: random.pick(names),
    who: random.pick(reviewers),
  }));
  const say = `seed ${seed}: ${drawn.map(({ name, who }) => `${name} by ${reviewers.indexOf(who)}`).join(", ")}`;
  const results = await Promise.allSettled(drawn.map(({ name, who }) => MOVES[name]!(task, who)));
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    const { reason } = result;
    if (!isCoded(reason) || ![403, 404, 409].includes(reason.status)) throw reason;
  }
  const entries = [];
  let cursor: string | undefined;
  do {
    const page = await core.ledger.list(admin, { task_id: task.id, limit: 200, sort_order: "asc", cursor });
    entries.push(...page.entries);
    cursor = page.next_cursor;
  } while (cursor);
  const told = replay(entries, say);
  const after = await core.tasks.read(admin, task.id);
  expect(after.state, say).toBe(told.state);
  if (after.state === "REVIEWING" && !told.demanded) expect(told.approvers, say).toBeLessThan(2);
  if (!["REVIEWING", "SUBMITTED"].includes(after.state)) {
    expect(
      after.approvals.filter(({ status }) => status === "PENDING"),
      say,
    ).toEqual([]);
  }
  expect(new Set(after.approvals.map(({ reviewer_id }) => reviewer_id)).size, say).toBe(
    after.approvals.length,
  );
}

const everything = Object.keys(MOVES);
test.each([
  ["approve, reject, edit, cancel", ["approve", "reject", "edit", "cancel"]],
  ["approve, withdraw, delegate", ["approve", "withdraw", "delegate"]],
  ["an edit and the last approval", ["approve", "approve", "approve", "edit"]],
  ["everything at once", everything],
])(
  "%s: one linear history, whoever was first",
  async (_name, names) => {
    for (let round = 0; round < ROUNDS; round += 1) await race(FIRST_SEED + round, names);
  },
  20_000 + ROUNDS * 2_000,
);
