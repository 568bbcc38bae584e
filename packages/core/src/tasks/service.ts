import type { Pool } from "pg";
import type { Preview } from "../executors/schema.ts";
import type { PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Pagination } from "../kernel/page.ts";
import type { Ledger } from "../ledger/service.ts";
import type { LockHolder } from "../locks/schema.ts";
import type { LocksService } from "../locks/service.ts";
import type { Requirement } from "../policies/schema.ts";
import { assertAllowed } from "./errors.ts";
import { tasksWithHolderNames, withHolderNames } from "./holder-names.ts";
import { causesOf } from "./machine.ts";
import { readOutput } from "./output.ts";
import { presentTask } from "./present.ts";
import type { TaskRecord } from "./record.ts";
import type {
  CommentEntry,
  ListTasksQuery,
  TaskEntry,
  TaskLocks,
  TaskOutput,
  TaskOutputQuery,
  WaitTaskQuery,
} from "./schema.ts";
import { attemptProgress } from "./schema.ts";
import { listTasks, loadTask } from "./store.ts";
import { blockedAt, holderName, lockOwnerOf, taskOfHolder } from "./task-locks.ts";
import { waitForStates } from "./wait.ts";

export { assertAllowed, taskErrors } from "./errors.ts";
export { withHolderNames } from "./holder-names.ts";
export { causesOf, mayHaveEffect, transitionFrom } from "./machine.ts";
export { outputOfTask } from "./output.ts";
export { confirmedOverrides, openOverride, presentOverride } from "./overrides.ts";
export type {
  ApprovalRecord,
  ApprovalToAsk,
  Blocker,
  OverrideRecord,
  ReviewRecord,
  TaskRecord,
  TaskToAsk,
} from "./record.ts";
export { ROLLBACK_ON_ITS_WAY, ROLLBACK_TYPE } from "./schema.ts";
export {
  type AskedApproval,
  type Db,
  loadTask,
  loadTaskOfApproval,
  loadTaskToAsk,
  OWNERS_NOW,
  withReasons,
} from "./store.ts";
export {
  blockedAt,
  holderName,
  leaveQueue,
  lockOwnerOf,
  TASKS_GROUP,
  TASKS_PRINCIPAL,
} from "./task-locks.ts";

export type TasksDeps = {
  pool: Pool;
  prisma: PrismaClient;
  ledger: Ledger;
  locks: Pick<LocksService, "holderOf" | "places">;
  clock: Clock;
  ids: Ids;
  /** Open requirements in words, given who approved (policies). */
  missing: (requirements: readonly Requirement[], approverIds: readonly string[]) => string[];
};

export type TasksService = ReturnType<typeof createTasksService>;

/** Reading tasks, and comments on them. What changes a task's state is the gate's and applying's. */
export function createTasksService(deps: TasksDeps) {
  const { pool, prisma, ledger, locks, clock } = deps;

  /** The record; NOT_FOUND too where an agent asks for another's, so that ids tell nothing. */
  async function read(actor: Actor, id: string): Promise<TaskRecord> {
    const task = await loadTask(pool, id);
    const isHidden = actor.kind === "agent" && task?.author_id !== actor.id;
    if (!task || isHidden) throw errors.NOT_FOUND({ message: "There is no such task." });
    return task;
  }

  function missingOf(task: TaskRecord): string[] {
    const approvers = task.approvals.filter(({ status }) => status === "APPROVED").map((a) => a.reviewer_id);
    return task.state === "REVIEWING" && task.requirements ? deps.missing(task.requirements, approvers) : [];
  }

  /** What it waits for as of now: the row knows its place only of when it was last looked at. */
  async function inItsPlace(task: TaskRecord): Promise<TaskRecord> {
    if (task.state !== "APPROVED" || task.waiting_for?.kind !== "lock") return task;
    const [place] = await locks.places(lockOwnerOf(task.id)).catch(() => []);
    return place ? { ...task, waiting_for: blockedAt(place) } : task;
  }

  async function present(actor: Actor, record: TaskRecord): Promise<TaskEntry> {
    const [task = record] = await tasksWithHolderNames(pool, [await inItsPlace(record)]);
    // The task is shown even while Redis is away; only who applies it is not known then.
    const lock = task.state === "APPLYING" ? await locks.holderOf("task", task.id).catch(() => null) : null;
    return presentTask(task, actor, {
      missing: missingOf(task),
      lock_info: lock
        ? { acquired_at: lock.acquired_at, expires_at: lock.expires_at, agent_id: lock.agent_id }
        : undefined,
      now: clock.now(),
      with_preview: true,
    });
  }

  return {
    read,
    present,
    async get(actor: Actor, id: string): Promise<TaskEntry> {
      return present(actor, await read(actor, id));
    },
    /** The task once it is in one of these states, or as it is when the time to wait is over. */
    async wait(actor: Actor, id: string, query: WaitTaskQuery, signal?: AbortSignal): Promise<TaskEntry> {
      return present(actor, await waitForStates(ledger, id, () => read(actor, id), query, signal));
    },
    async list(actor: Actor, query: ListTasksQuery): Promise<{ tasks: TaskEntry[]; pagination: Pagination }> {
      const { tasks, pagination } = await listTasks(pool, query, {
        reader_id: actor.kind === "user" ? actor.id : "00000000-0000-0000-0000-000000000000",
        author_scope: actor.kind === "agent" ? actor.id : null,
      });
      const now = clock.now();
      return {
        tasks: (await tasksWithHolderNames(pool, tasks)).map((task) =>
          presentTask(task, actor, { missing: missingOf(task), now, with_preview: false }),
        ),
        pagination,
      };
    },
    async preview(actor: Actor, id: string): Promise<Preview> {
      const task = await read(actor, id);
      if (task.preview) return task.preview;
      throw errors.NOT_FOUND({
        message:
          task.plan_state === "skipped"
            ? "This task was submitted without a preview."
            : "The preview is not ready yet; read it again in a moment.",
      });
    },
    async revisions(actor: Actor, id: string) {
      await read(actor, id);
      const rows = await prisma.task_revision.findMany({
        where: { task_id: id },
        orderBy: { revision: "desc" },
      });
      return { revisions: rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() })) };
    },
    async attempts(actor: Actor, id: string) {
      await read(actor, id);
      const rows = await prisma.attempt.findMany({
        where: { task_id: id },
        orderBy: { started_at: "desc" },
        omit: { stash: true },
      });
      return {
        attempts: rows.map((row) => ({
          ...row,
          fencing_token: Number(row.fencing_token),
          progress: attemptProgress.nullable().parse(row.progress),
          started_at: row.started_at.toISOString(),
          ended_at: row.ended_at?.toISOString() ?? null,
        })),
      };
    },
    /** What an attempt printed, also while it runs. NOT_FOUND where there is none. */
    async output(actor: Actor, id: string, query: TaskOutputQuery): Promise<TaskOutput> {
      await read(actor, id);
      return readOutput(pool, id, query);
    },
    /** What it holds, and who holds what it needs. */
    async locks(actor: Actor, id: string): Promise<TaskLocks> {
      const task = await read(actor, id);
      const places = await locks.places(lockOwnerOf(task.id));
      const answer: TaskLocks = {
        held: [],
        blocked_by: places.map(({ resource_type, resource_id, holder, ...place }) => ({
          ...blockerOf(`${resource_type}:${resource_id}`, holder),
          queue_position: place.queue_position,
          estimated_wait_seconds: place.estimated_wait_seconds,
        })),
      };
      const needed = [`task:${task.id}`, ...task.resource_keys.map((key) => `resource:${key}`)];
      for (const name of needed) {
        if (answer.blocked_by.some(({ key }) => key === name)) continue;
        const [kind, key] = splitKind(name);
        const lock = await locks.holderOf(kind, key);
        if (lock?.owner_id === task.id) {
          answer.held.push({ key: name, fencing_token: lock.fencing_token, expires_at: lock.expires_at });
        } else if (lock) {
          const unknown = { queue_position: null, estimated_wait_seconds: null };
          answer.blocked_by.push({ ...blockerOf(name, lock), ...unknown });
        }
      }
      return { ...answer, blocked_by: await withHolderNames(pool, answer.blocked_by) };
    },
    async comments(actor: Actor, id: string): Promise<{ comments: CommentEntry[] }> {
      await read(actor, id);
      const rows = await prisma.comment.findMany({ where: { task_id: id }, orderBy: { created_at: "asc" } });
      return { comments: rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() })) };
    },
    async comment(actor: Actor, id: string, input: { body: string }): Promise<CommentEntry> {
      const task = await read(actor, id);
      const reviewer_ids = task.approvals.map((approval) => approval.reviewer_id);
      const isReader = actor.roles.includes("reviewer") ? (["reviewer"] as const) : [];
      assertAllowed(task, "comment", [
        ...causesOf(actor, { author_id: task.author_id, reviewer_ids }),
        ...isReader,
      ]);
      return ledger.write(actor, async (tx) => {
        const data = {
          id: deps.ids.uuid(),
          task_id: id,
          author_id: actor.id,
          author_name: actor.name,
          ...input,
        };
        const row = await tx.comment.create({ data });
        const fact = {
          action: "task.commented",
          entity_type: "comment",
          entity_id: row.id,
          task_id: id,
          detail: { author_id: task.author_id },
        };
        return { result: { ...row, created_at: row.created_at.toISOString() }, facts: [fact] };
      });
    },
  };
}

function blockerOf(key: string, holder: LockHolder | null) {
  return {
    key,
    holder: holder && holderName(holder),
    holder_task_id: holder && taskOfHolder(holder),
    expires_at: holder?.expires_at ?? null,
    ...(holder?.purpose ? { purpose: holder.purpose } : {}),
  };
}

function splitKind(name: string): ["task" | "resource", string] {
  const colon = name.indexOf(":");
  return [name.slice(0, colon) as "task" | "resource", name.slice(colon + 1)];
}
