import { preview } from "@ade/core/executors/schema";
import { dryRunAnswer, forceApplyInput, overrideAsked, overrideInput } from "@ade/core/gate/schema";
import {
  commentEntry,
  commentInput,
  createTaskInput,
  editTaskInput,
  listTasksQuery,
  submitOptions,
  taskEntry,
  taskList,
  taskLocks,
  taskOutput,
  taskOutputQuery,
  waitTaskQuery,
} from "@ade/core/tasks/schema";
import { callEnd, callEndInput, changeArgumentsInput } from "@ade/core/tool-calls/schema";
import { z } from "zod";
import { byId, withId } from "../input.ts";
import { procedure, type Rest, router } from "../trpc.ts";
import { attemptList, revisionList } from "./task-history.ts";

const tags = ["tasks"] as const;
const reason = z.string().trim().min(1).max(2000);
const isStored = (output: unknown): boolean => "id" in (output as object);

/** A command on one task by POST. */
function command(name: string, status: number, summary: string, errors: readonly number[] = []): Rest {
  return { method: "POST", path: `/tasks/:id/${name}`, status, summary, tags, errors };
}

/** Something of one task by GET. */
function part(path: `/${string}` | "", summary: string): Rest {
  return { method: "GET", path: `/tasks/:id${path}`, status: 200, summary, tags };
}

export const tasksRouter = router({
  create: procedure("task.create", {
    method: "POST",
    path: "/tasks",
    status: 201,
    also: { 200: dryRunAnswer },
    statusOf: (output) => (isStored(output) ? 201 : 200),
    summary: "Create a task in DRAFT; with dry_run answer what would happen and store nothing",
    tags,
    errors: [422],
  })
    .input(createTaskInput)
    .output(z.union([taskEntry, dryRunAnswer]))
    .mutation(({ ctx, input: { dry_run, ...input } }) =>
      dry_run ? ctx.core.gate.dryRun(ctx.actor, input) : ctx.core.gate.propose(ctx.actor, input),
    ),

  list: procedure("task.read", {
    method: "GET",
    path: "/tasks",
    status: 200,
    summary: "List tasks, filtered and sorted",
    tags,
  })
    .input(listTasksQuery)
    .output(taskList)
    .query(({ ctx, input }) => ctx.core.tasks.list(ctx.actor, input)),

  get: procedure("task.read", part("", "One task"))
    .input(byId)
    .output(taskEntry)
    .query(({ ctx, input }) => ctx.core.tasks.get(ctx.actor, input.id)),

  edit: procedure("task.edit", {
    method: "PATCH",
    path: "/tasks/:id",
    status: 200,
    summary: "Replace configuration or metadata: a new revision",
    tags,
    errors: [409, 422],
  })
    .input(withId(editTaskInput))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.edit(ctx.actor, id, input)),

  remove: procedure("task.delete", {
    method: "DELETE",
    path: "/tasks/:id",
    status: 204,
    summary: "Delete a draft",
    tags,
    errors: [409],
  })
    .input(byId)
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      await ctx.core.gate.remove(ctx.actor, input.id);
    }),

  submit: procedure("task.submit", command("submit", 202, "Submit a draft for review", [422]))
    .input(withId(submitOptions))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...options } }) => ctx.core.gate.submit(ctx.actor, id, options)),

  cancel: procedure("task.cancel", command("cancel", 200, "Cancel a task that is not yet applied"))
    .input(z.strictObject({ id: z.uuid(), reason: reason.optional() }))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.cancel(ctx.actor, id, input)),

  abort: procedure("task.abort", command("abort", 200, "Stop a task while it is being applied"))
    .input(z.strictObject({ id: z.uuid(), reason }))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.abort(ctx.actor, id, input)),

  release: procedure(
    "task.release",
    command("release", 200, "Let a task go on that was held back because it killed its workers"),
  )
    .input(z.strictObject({ id: z.uuid(), reason }))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.releaseHeld(ctx.actor, id, input)),

  rollback: procedure(
    "task.rollback",
    command(
      "rollback",
      201,
      "Propose to bring back what an ended task did: a task of its own, reviewed as any",
    ),
  )
    .input(z.strictObject({ id: z.uuid(), reason: reason.optional() }))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.applying.rollBack(ctx.actor, id, input)),

  override: procedure(
    "task.override",
    command("override", 202, "Ask a second admin to go past what the review still lacks"),
  )
    .input(withId(overrideInput))
    .output(overrideAsked)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.override(ctx.actor, id, input)),

  forceApply: procedure(
    "task.force_apply",
    command("force-apply", 202, "Ask a second admin to have it applied without review"),
  )
    .input(withId(forceApplyInput))
    .output(overrideAsked)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.gate.forceApply(ctx.actor, id, input)),

  archive: procedure("task.archive", command("archive", 200, "Hide a final task from lists; it is kept"))
    .input(byId)
    .output(taskEntry)
    .mutation(({ ctx, input }) => ctx.core.gate.archive(ctx.actor, input.id)),

  resubmit: procedure("task.resubmit", command("resubmit", 201, "A new draft that copies a final task"))
    .input(byId)
    .output(taskEntry)
    .mutation(({ ctx, input }) => ctx.core.gate.resubmit(ctx.actor, input.id)),

  wait: procedure(
    "task.read",
    part("/wait", "The task once it is in one of these states, held open up to wait_seconds"),
  )
    .input(withId(waitTaskQuery))
    .output(taskEntry)
    .query(({ ctx, input: { id, ...query }, signal }) => ctx.core.tasks.wait(ctx.actor, id, query, signal)),

  end: procedure(
    "tool_call.end",
    command("end", 200, "How an agent's tool call ended, told by the agent that was let"),
  )
    .input(withId(callEndInput))
    .output(callEnd)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.toolCalls.end(ctx.actor, id, input)),

  changeArguments: procedure(
    "tool_call.change_arguments",
    command("arguments", 200, "Other arguments for an agent's tool call: a new revision, reviewed anew"),
  )
    .input(withId(changeArgumentsInput))
    .output(taskEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.toolCalls.changeArguments(ctx.actor, id, input)),

  preview: procedure("task.read", part("/preview", "What applying it would change"))
    .input(byId)
    .output(preview)
    .query(({ ctx, input }) => ctx.core.tasks.preview(ctx.actor, input.id)),

  locks: procedure("task.read", part("/locks", "Locks that it holds, and who holds what it needs"))
    .input(byId)
    .output(taskLocks)
    .query(({ ctx, input }) => ctx.core.tasks.locks(ctx.actor, input.id)),

  revisions: procedure("task.read", part("/revisions", "Every revision, newest first"))
    .input(byId)
    .output(revisionList)
    .query(async ({ ctx, input }) => revisionList.parse(await ctx.core.tasks.revisions(ctx.actor, input.id))),

  attempts: procedure("task.read", part("/attempts", "Every attempt to apply it, newest first"))
    .input(byId)
    .output(attemptList)
    .query(({ ctx, input }) => ctx.core.tasks.attempts(ctx.actor, input.id)),

  output: procedure(
    "task.read",
    part("/output", "What an attempt printed from a position on, also while it runs"),
  )
    .input(withId(taskOutputQuery))
    .output(taskOutput)
    .query(({ ctx, input: { id, ...query } }) => ctx.core.tasks.output(ctx.actor, id, query)),

  comments: procedure("task.read", part("/comments", "Its comments, oldest first"))
    .input(byId)
    .output(z.strictObject({ comments: z.array(commentEntry) }))
    .query(({ ctx, input }) => ctx.core.tasks.comments(ctx.actor, input.id)),

  comment: procedure("task.comment", command("comments", 201, "Comment on a task that was submitted"))
    .input(withId(commentInput))
    .output(commentEntry)
    .mutation(({ ctx, input: { id, ...input } }) => ctx.core.tasks.comment(ctx.actor, id, input)),
});
