import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import { APPROVE, newPerson, noopConfig, openCore, requireApprovals } from "../frame/cores.ts";
import type { Servers } from "../frame/servers.ts";
import { copyTask } from "../look/prepared-tasks.ts";

/** Where decisions wait, and who takes them. */
type Seed = { databaseUrl: string; redisUrl: string; reviewer: Actor; reviewerKey: string };

/** A database with tasks in review: two of three reviewers must approve, one has, and `reviewer` makes the quorum. */
export async function seedDecisions(servers: Servers, tasks: number): Promise<Seed> {
  const databaseUrl = await servers.newDatabase();
  const redisUrl = await servers.newRedis();
  const { core, close } = await openCore({ databaseUrl, redisUrl, poolSize: 4 });
  try {
    const author = await newPerson(core, "Author", ["author"]);
    const first = await newPerson(core, "First", ["reviewer"]);
    const reviewer = await newPerson(core, "Second", ["reviewer"]);
    await newPerson(core, "Third", ["reviewer"]);
    await requireApprovals(core, 2);
    const id = await reviewing(core, author);
    const { approvals } = await core.tasks.get(author, id);
    await core.gate.respond(first, approvals.find((one) => one.reviewer_id === first.id)!.id, APPROVE);
    await core.ledger.settle();
    await copyTask(databaseUrl, id, tasks);
    const { key } = await core.identity.apiKeys.create(reviewer, { name: "bench" });
    return { databaseUrl, redisUrl, reviewer, reviewerKey: key };
  } finally {
    await close();
  }
}

/** A task in review with its preview; the plan that a worker would make is made here. */
async function reviewing(core: Core, author: Actor): Promise<string> {
  const { id } = await core.gate.propose(author, {
    config: noopConfig("decision"),
    metadata: { tags: ["bench"] },
  });
  await core.gate.planTask({ task_id: id }, AbortSignal.timeout(10_000));
  const submitted = core.gate.submit(author, id, { force: false, skip_preview: false });
  while ((await core.tasks.read(author, id)).state === "DRAFT") await new Promise(setImmediate);
  await core.gate.planTask({ task_id: id }, AbortSignal.timeout(10_000));
  await submitted;
  return id;
}
