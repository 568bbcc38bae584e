import type { Rate } from "../agents/service.ts";
import type { TaskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { CreateTaskInput, EditTaskInput, TaskEntry, TaskMetadataInput } from "../tasks/schema.ts";
import {
  assertAllowed,
  causesOf,
  ROLLBACK_ON_ITS_WAY,
  type TaskRecord,
  taskErrors,
  transitionFrom,
} from "../tasks/service.ts";
import { type Decision, decideAndCommit } from "./commit.ts";
import type { GateDeps } from "./deps.ts";
import { archiveTask, deleteTask, insertRevision, insertTask, type NewTask } from "./draft-store.ts";
import { approvalFact, taskFact } from "./task-facts.ts";
import { assertCountedAlike, assertNotChanged, assertRollbackOf, validConfig } from "./valid-config.ts";

type Author = NewTask["author"];

/** The index that lets one rollback of a task be open at a time. */
const ONE_ROLLBACK = "task_one_rollback";

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
    key_by: actor.key_made_by ?? null,
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
  const author = { id: person.id, kind: "user" as const, name: person.name, owner_id: null, key_by: null };
  return { author, actor: { ...actor, on_behalf_of: person.id } };
}

/** Who writes, and who is behind them. */
function editorOf({ id, owner_id, key_made_by }: Actor): NewTask["editor"] {
  return { id, owner_id, key_by: key_made_by ?? null };
}

/** Creates a draft. Risk and preview follow in the background. */
export async function propose(
  deps: GateDeps,
  sender: Actor,
  input: Pick<CreateTaskInput, "config" | "metadata">,
  origin: Origin = { source: sender.where.service },
): Promise<TaskEntry> {
  assertRollbackOf(input.config, origin.rollback_of ?? null);
  assertNotChanged(input.config, origin.resubmitted_from ? input.config : null);
  const { config, keys, rates } = await validConfig(deps, sender, input.config);
  const expires_after = deps.executors.find(config.type).expiresAfter?.(config) ?? null;
  const { author, actor } = await authorOf(deps, sender, input.metadata);
  const id = deps.ids.uuid();
  const task: NewTask = {
    id,
    config,
    keys,
    expires_after,
    author,
    // Who acts on somebody's behalf wrote the content, and may no more approve it than the author may.
    editor: editorOf(actor),
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
    type: config.type,
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
  await insertWithin(deps, actor, rates, { facts: [fact], write: insertTask(task) }).catch(
    (error: unknown) => {
      // Of two who ask at once for one task's rollback, one is first.
      if ((error as { constraint?: string }).constraint !== ONE_ROLLBACK) throw error;
      throw taskErrors.ROLLBACK_REFUSED({ message: ROLLBACK_ON_ITS_WAY });
    },
  );
  return deps.tasks.get(sender, id);
}

/** One statement; for an agent with rates one transaction that counts first. */
async function insertWithin(
  deps: GateDeps,
  actor: Actor,
  rates: readonly Rate[],
  { facts, write }: Pick<Decision<undefined>, "facts" | "write">,
): Promise<void> {
  if (rates.length === 0) {
    await deps.ledger.commit(actor, facts, write);
    return;
  }
  await deps.ledger.together(actor, async (unit) => {
    await deps.agents.holdRates(unit.db, actor.id, rates);
    await unit.commit(facts, write);
    return { result: undefined, keep: true };
  });
}

/** A new revision; in review it voids the old one's approvals and review starts again by itself. */
export async function edit(
  deps: GateDeps,
  actor: Actor,
  id: string,
  input: EditTaskInput,
): Promise<TaskEntry> {
  const found = await deps.tasks.read(actor, id);
  assertRollbackOf(input.config ?? found.config, found.rollback_of);
  assertNotChanged(input.config ?? found.config, found.config);
  assertCountedAlike(actor, input.config ?? found.config, found.config);
  const { config, keys } = await validConfig(deps, actor, input.config ?? found.config);
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
    return newRevision(actor, task, {
      state: to,
      config: input.config ? config : task.config,
      keys,
      team: metadata ? (metadata.team ?? null) : task.team,
      ticket_ref: metadata ? (metadata.ticket_ref ?? null) : task.ticket_ref,
      tags: metadata ? metadata.tags : task.tags,
      expires_at: input.config ? expiryOf(deps, task, config) : task.expires_at,
    });
  });
  return deps.tasks.get(actor, id);
}

/** When the task ends with this configuration: editing wins no time where it is worth something for as long as before. */
function expiryOf(deps: GateDeps, task: TaskRecord, config: TaskConfig): Date | null {
  const secondsOf = (of: TaskConfig): number | null =>
    deps.executors.find(of.type).expiresAfter?.(of) ?? null;
  const seconds = secondsOf(config);
  if (seconds === null) return null;
  const isAsBefore = task.expires_at !== null && secondsOf(task.config) === seconds;
  return isAsBefore ? task.expires_at : new Date(task.now.getTime() + seconds * 1000);
}

/** The revision that follows an edit; approvals of the one before are superseded. */
export function newRevision(
  actor: Actor,
  task: TaskRecord,
  next: Omit<Parameters<typeof insertRevision>[1], "editor" | "skipped">,
  more: { reason?: string; detail?: Record<string, unknown> } = {},
): Decision<undefined> {
  const { config, keys, state } = next;
  const subject = { ...task, revision: task.revision + 1, type: config.type, resource_keys: [...keys] };
  const superseded = task.approvals
    .filter((approval) => approval.status !== "SUPERSEDED")
    .map((approval) => approvalFact("approval.superseded", task, approval));
  return {
    write: insertRevision(task, {
      ...next,
      editor: editorOf(actor),
      skipped: task.state === "REVIEWING" && task.submit_options?.skip_preview === true,
    }),
    facts: [
      taskFact("task.edited", subject, { from_state: task.state, to_state: state, ...more }),
      ...superseded,
    ],
    result: undefined,
  };
}

/** A draft goes for good; the ledger keeps that it was. */
export async function remove(deps: GateDeps, actor: Actor, id: string): Promise<void> {
  await decideAndCommit(deps.ledger, actor, async () => {
    const task = await deps.tasks.read(actor, id);
    assertAllowed(task, "delete", relation(actor, task));
    const fact = taskFact("task.deleted", task, {
      from_state: task.state,
      // What an agent proposed counts for its limits though it is gone.
      detail: { description: task.description, created_at: task.created_at.toISOString() },
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
