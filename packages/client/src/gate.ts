import type { Audit } from "./audit.ts";
import { isCoded } from "./errors.ts";
import type { CreateTask, SubmitOptions, TaskEntry, TaskState } from "./shapes.ts";
import type { Tasks } from "./tasks.ts";

/** Somebody or a policy has answered; back in DRAFT it was returned to its author. */
const DECISIONS = {
  APPROVED: "approved",
  APPLYING: "approved",
  COMPLETED: "approved",
  REJECTED: "rejected",
  CANCELLED: "cancelled",
  DRAFT: "changes_requested",
} as const satisfies Partial<Record<TaskState, string>>;
const DECIDED = Object.keys(DECISIONS) as (keyof typeof DECISIONS)[];

/** What became of a proposal. */
export type Decision = {
  decision: (typeof DECISIONS)[keyof typeof DECISIONS];
  /** In the words of those who decided; null where nobody gave one. */
  reason: string | null;
  /** Those whose answer it was; nobody where a policy decided. */
  decided_by: readonly { id: string; name: string; reason: string | null }[];
  task: TaskEntry;
};

export type GateOptions = SubmitOptions & {
  /** Ends the wait, with its reason. */
  signal?: AbortSignal | undefined;
  /** What becomes of the proposal then; it is left to its reviewers where nothing is said. */
  onAbort?: "leave" | "cancel";
  /** Called with the proposal once it waits, and whenever what it waits for has changed. */
  onProgress?: (task: TaskEntry) => void;
  /** A key of one's own: a program that was started again finds the proposal that it made before. */
  idempotencyKey?: string;
};

/**
 * Proposes a change, sends it to review and resolves when there is a decision, whichever it is. The change is then
 * applied by ADE's workers; `tasks.waitFor(decision.task.id)` waits for that.
 *
 * @throws what create and submit throw; the reason of `signal`
 */
export async function gate(
  { tasks, audit }: { tasks: Tasks; audit: Audit },
  task: CreateTask,
  { signal, onAbort = "leave", onProgress, idempotencyKey, ...options }: GateOptions = {},
): Promise<Decision> {
  signal?.throwIfAborted();
  const made = await tasks.create(task, idempotencyKey ? { idempotencyKey } : {});
  try {
    const { state } = idempotencyKey ? await tasks.get(made.id) : made;
    if (state === "DRAFT") {
      await tasks.submit(
        made.id,
        options,
        idempotencyKey ? { idempotencyKey: `${idempotencyKey}:submit` } : {},
      );
    }
    const decided = await tasks.waitFor(made.id, { states: DECIDED, signal, onChange: onProgress });
    return await decisionOf(decided, audit);
  } catch (error) {
    if (signal?.aborted && onAbort === "cancel") {
      // Where it was decided in the last moment, there is nothing left to cancel.
      await tasks.cancel(made.id, { reason: "Whoever asked stopped waiting." }).catch((refused: unknown) => {
        if (!isCoded(refused)) throw refused;
      });
    }
    throw error;
  }
}

async function decisionOf(task: TaskEntry, audit: Audit): Promise<Decision> {
  const decision = DECISIONS[task.state as keyof typeof DECISIONS];
  const wanted = { approved: "approve", rejected: "reject", changes_requested: "request_changes" }[
    decision as Exclude<typeof decision, "cancelled">
  ];
  const decided_by = task.approvals
    .filter(({ action }) => action !== undefined && action === wanted)
    .map(({ reviewer_id, reviewer_name, reason }) => ({
      ...{ id: reviewer_id, name: reviewer_name },
      reason: reason || null,
    }));
  if (decision === "cancelled") {
    const { entries } = await audit.list({ task_id: task.id, action: "task.cancelled", limit: 1 });
    const { actor_id: id, actor_name: name, reason = null } = entries[0] ?? {};
    if (id && name) decided_by.push({ id, name, reason });
  }
  const reasons = decided_by.flatMap(({ reason }) => reason ?? []);
  return { decision, reason: reasons.join("\n") || null, decided_by, task };
}
