import type { TaskEntry } from "./shapes.ts";

/** What an agent is told of its call. */
export type CallVerdict =
  | { kind: "pending"; task_id: string; waiting_for: string }
  | { kind: "may"; task_id: string; by: string; reason: string | null; changed: ChangedCall | null }
  | { kind: "refused"; task_id: string | null; reason: string };

/** Other arguments than the agent asked with, by whom and why. */
export type ChangedCall = { arguments: Record<string, unknown>; by: string; reason: string };

/** What a tool call's task says to its agent. Pure. */
export function verdictOf(task: TaskEntry): CallVerdict {
  const task_id = task.id;
  switch (task.state) {
    case "APPLYING":
      return may(task);
    case "COMPLETED":
      // Over before its agent heard of it: only what ended well may still be believed.
      return task.execution?.result === "success"
        ? may(task)
        : { kind: "refused", task_id, reason: task.execution?.error ?? "It ended before it was run." };
    case "REJECTED":
    case "CANCELLED":
      return { kind: "refused", task_id, reason: refusalOf(task) };
    case "DRAFT":
      // Once submitted, back with its author is a no: an agent can't be asked to come again with something else.
      return task.metadata.submitted_at
        ? { kind: "refused", task_id, reason: refusalOf(task) }
        : { kind: "pending", task_id, waiting_for: "to be submitted" };
    default:
      return { kind: "pending", task_id, waiting_for: task.waiting_for?.text ?? "waiting" };
  }
}

function may(task: TaskEntry): CallVerdict {
  const { changed, arguments: given } = task.config.parameters as {
    changed?: { by: { name: string }; reason: string };
    arguments?: Record<string, unknown>;
  };
  const yes = task.approvals.filter(({ status }) => status === "APPROVED");
  return {
    kind: "may",
    task_id: task.id,
    by: yes.map(({ reviewer_name }) => reviewer_name).join(", ") || "the rules",
    reason: yes.find(({ reason }) => reason)?.reason ?? null,
    changed: changed ? { arguments: given ?? {}, by: changed.by.name, reason: changed.reason } : null,
  };
}

function refusalOf(task: TaskEntry): string {
  const no = task.approvals.find(({ status }) => status === "REJECTED" || status === "CHANGES_REQUESTED");
  if (no?.reason) return `${no.reviewer_name}: ${no.reason}`;
  return task.problem?.message ?? (task.state === "CANCELLED" ? "It was cancelled." : "It was rejected.");
}

/** As core masks what it does not keep. */
const MASK = "••••••";
const UNREFERENCED = "secret:⁄⁄";

/**
 * A reviewer's arguments with what was never sent to the reviewer put back: where a text still is, or holds, a mask, the
 * agent's own text of the same place counts, if it is nothing but masked otherwise. Pure.
 */
export function restoreMasked(own: unknown, changed: unknown): unknown {
  if (typeof changed === "string") {
    if (changed.includes(MASK) && typeof own === "string") return own;
    return changed.replaceAll(UNREFERENCED, "secret://");
  }
  if (Array.isArray(changed)) {
    return changed.map((item, index) => restoreMasked(Array.isArray(own) ? own[index] : undefined, item));
  }
  if (typeof changed !== "object" || changed === null) return changed;
  const from = typeof own === "object" && own !== null && !Array.isArray(own) ? own : {};
  return Object.fromEntries(
    Object.entries(changed).map(([key, member]) => [
      key,
      restoreMasked((from as Record<string, unknown>)[key], member),
    ]),
  );
}

/** True where a mask is left that nothing stands behind: such arguments can't be used. */
export function holdsMask(value: unknown): boolean {
  return JSON.stringify(value).includes(MASK);
}
