import type { TaskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { CreateTaskInput, EditTaskInput, TaskEntry, TaskMetadataInput } from "../tasks/schema.ts";
import { assertAllowed, causesOf, ROLLBACK_TYPE, taskErrors, transitionFrom } from "../tasks/service.ts";
import { decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { archiveTask, deleteTask, insertRevision, insertTask, type NewTask } from "./draft-store.ts";
import { keysOf } from "./evaluate.ts";
import { approvalFact, taskFact } from "./task-facts.ts";

/** Refuses a configuration that could never be applied, before anything is stored. */
export async function assertValidConfig(deps: GateDeps, actor: Actor, config: TaskConfig): Promise<string[]> {
  if (config.type === ROLLBACK_TYPE && actor.kind === "agent") {
    throw errors.FORBIDDEN({ message: "Rolling back is for people to ask for." });
  }
  await deps.executors.validate(config);
  const keys = keysOf(deps, config);
  if (actor.kind === "agent") await deps.agents.mayPropose(actor.id, config.type, keys);
  return keys;
}

/** A rollback is made from the task that it rolls back, and stays of that task: its content is not written by hand. */
function assertRollbackOf(config: TaskConfig, rollbackOf: string | null): void {
  const isRollback = config.type === ROLLBACK_TYPE;
  if (isRollback ? config.parameters.task_id === rollbackOf : rollbackOf === null) return;
  const issue = isRollback
    ? "is made only by rolling back a task (POST /tasks/:id/rollback)"
    : "cannot become something else: this task rolls another one back";
  throw errors.VALIDATION_ERROR({ details: [{ field: "config.type", issue }] });
}

type Author = NewTask["author"];

/** Where a task comes from: the service, and the task that it repeats or brings back. */
export type Origin = { source: string; resubmitted_from?: string; rollback_of?: string | null };

/** Whose task it is: the actor's, or somebody's on whose behalf an admin acts; the ledger then names both. */
async function authorOf(
  deps: GateDeps,
  actor: Actor,
  metadata: TaskMetadataInput,
): Promise<{ author: Author; actor: Actor }> {
  const self = {
    id: actor.id,
    kind: actor.kind === "agent" ? ("agent" as const) : ("user" as const),
    name: actor.name,
    owner_id: actor.owner_id,
  };
  if (metadata.author_id === undefined || metadata.author_id === actor.id) return { author: self, actor };
  if (!actor.roles.includes("admin")) {
    throw errors.FORBIDDEN({ message: "You can create tasks only in your own name." });
  }
  const person = await deps.prisma.user.findUnique({ where: { id: metadata.author_id } });
  if (!person?.active) {
    const details = [{ field: "metadata.author_id", issue: "There is no active user with this id." }];
    throw errors.VALIDATION_ERROR({ details });
  }
  const author = { id: person.id, kind: "user" as const, name: person.name, owner_id: null };
  return { author, actor: { ...actor, on_behalf_of: person.id } };
}

/** Creates a draft. Risk and preview follow in the background. */
export async function propose(
  deps: GateDeps,
  sender: Actor,
  input: Pick<CreateTaskInput, "config" | "metadata">,
  origin: Origin = { source: sender.where.service },
): Promise<TaskEntry> {
  assertRollbackOf(input.config, origin.rollback_of ?? null);
  const keys = await assertValidConfig(deps, sender, input.config);
  const { author, actor } = await authorOf(deps, sender, input.metadata);
  const id = deps.ids.uuid();
  const task: NewTask = {
    id,
    config: input.config,
    keys,
    author,
    // Who acts on somebody's behalf wrote the content, and may no more approve it than the author may.
    editor: { id: actor.id, owner_id: actor.owner_id },
    source: origin.source,
    team: input.metadata.team ?? null,
    ticket_ref: input.metadata.ticket_ref ?? null,
    tags: input.metadata.tags,
    resubmitted_from: origin.resubmitted_from ?? null,
    rollback_of: origin.rollback_of ?? null,
  };
  const subject = {
    id,
    author_id: author.id,
    type: input.config.type,
    revision: 1,
    resource_keys: keys,
    approvals: [],
  };
  const { resubmitted_from, rollback_of } = origin;
  const detail = { ...(resubmitted_from && { resubmitted_from }), ...(rollback_of && { rollback_of }) };
  const fact = taskFact("task.created", subject, {
    to_state: "DRAFT",
    detail,
    ...(task.ticket_ref ? { ticket_ref: task.ticket_ref } : {}),
  });
  await deps.ledger.commit(actor, [fact], insertTask(task));
  return deps.tasks.get(sender, id);
}

/** A new revision; in review it voids the old one's approvals and review starts again by itself. */
export async function edit(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: EditTaskInput,
): Promise<TaskEntry> {
  const found = await deps.tasks.read(actor, id);
  const config = input.config ?? found.config;
  assertRollbackOf(config, found.rollback_of);
  const keys = await assertValidConfig(deps, actor, config);
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "edit", relation(actor, task));
    if (input.expected_revision !== undefined && input.expected_revision !== task.revision) {
      const details = { expected_revision: input.expected_revision, revision: task.revision };
      throw taskErrors.STALE_REVISION({ details });
    }
    const { metadata } = input;
    if (metadata?.author_id && metadata.author_id !== task.author_id) {
      throw errors.FORBIDDEN({ message: "A task's author cannot be changed." });
    }
    const to = transitionFrom(task.state, "edit")!.to!;
    // From there review begins again by itself, so this is its submit.
    if (to === "SUBMITTED") await deps.secrets.assertUsable(config, keys);
    const next = { ...task, revision: task.revision + 1, type: config.type, resource_keys: keys };
    const superseded = task.approvals
      .filter((approval) => approval.status !== "SUPERSEDED")
      .map((approval) => approvalFact("approval.superseded", task, approval));
    return {
      write: insertRevision(task, {
        state: to,
        config: input.config ?? task.config,
        keys,
        editor: { id: actor.id, owner_id: actor.owner_id },
        team: metadata ? (metadata.team ?? null) : task.team,
        ticket_ref: metadata ? (metadata.ticket_ref ?? null) : task.ticket_ref,
        tags: metadata ? metadata.tags : task.tags,
        skipped: task.state === "REVIEWING" && task.submit_options?.skip_preview === true,
      }),
      facts: [taskFact("task.edited", next, { from_state: task.state, to_state: to }), ...superseded],
      result: undefined,
    };
  });
  return deps.tasks.get(actor, id);
}

/** A draft goes for good; the ledger keeps that it was. */
export async function remove(deps: GateDeps, actor: Actor, id: string): Promise<void> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "delete", relation(actor, task));
    const fact = taskFact("task.deleted", task, {
      from_state: task.state,
      detail: { description: task.description },
    });
    return { write: deleteTask(task), facts: [fact], result: undefined };
  });
}

/** Hides an ended task from lists; it stays. */
export async function archive(deps: GateDeps, actor: Actor, id: string): Promise<TaskEntry> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "archive", relation(actor, task));
    return { write: archiveTask(task), facts: [taskFact("task.archived", task)], result: undefined };
  });
  return deps.tasks.get(actor, id);
}

/** A new draft with an ended task's content, linked to it. */
export async function resubmit(deps: GateDeps, actor: Actor, id: string): Promise<TaskEntry> {
  const task = await deps.tasks.read(actor, id);
  assertAllowed(task, "resubmit", relation(actor, task));
  const metadata = {
    tags: task.tags,
    ...(task.team ? { team: task.team } : {}),
    ...(task.ticket_ref ? { ticket_ref: task.ticket_ref } : {}),
  };
  const { rollback_of } = task;
  const origin = { source: actor.where.service, resubmitted_from: task.id, rollback_of };
  return propose(deps, actor, { config: task.config, metadata }, origin);
}

/** What an actor is to a task, from its record. */
export function relation(
  actor: Actor,
  task: { author_id: string; approvals: readonly { reviewer_id: string }[] },
) {
  return causesOf(actor, {
    author_id: task.author_id,
    reviewer_ids: task.approvals.map((a) => a.reviewer_id),
  });
}
