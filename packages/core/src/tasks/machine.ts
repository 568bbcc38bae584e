import type { Actor } from "../kernel/actor.ts";
import { TASK_STATES, type TaskAction, type TaskState } from "./schema.ts";

/**
 * Who may cause a transition, in relation to the task. `author` is the task's own author; `creator` anyone whose
 * role allows to create tasks; `reviewer` somebody asked on the current revision.
 */
export type Cause = "creator" | "author" | "reviewer" | "admin" | "system" | "worker";

export type Transition = {
  readonly from: TaskState | null;
  /** null: the task is gone. */
  readonly to: TaskState | null;
  readonly on: string;
  readonly by: readonly Cause[];
  /** The fact that records it. */
  readonly fact: string;
  readonly guard: string;
};

/**
 * Every transition there is (lifecycle.md). From this table come the guard, the allowed actions of every task
 * response, the picture in the documentation and the exhaustive test.
 */
export const TRANSITIONS = [
  {
    from: null,
    to: "DRAFT",
    on: "create",
    by: ["creator"],
    fact: "task.created",
    guard: "configuration valid",
  },
  {
    from: "DRAFT",
    to: "DRAFT",
    on: "edit",
    by: ["author", "admin"],
    fact: "task.edited",
    guard: "a new revision",
  },
  { from: "DRAFT", to: null, on: "delete", by: ["author", "admin"], fact: "task.deleted", guard: "" },
  {
    from: "DRAFT",
    to: "SUBMITTED",
    on: "submit",
    by: ["author", "admin"],
    fact: "task.submitted",
    guard: "",
  },
  {
    from: "SUBMITTED",
    to: "DRAFT",
    on: "send_back",
    by: ["system"],
    fact: "task.sent_back",
    guard: "plan invalid",
  },
  {
    from: "SUBMITTED",
    to: "REVIEWING",
    on: "start_review",
    by: ["system"],
    fact: "task.review_started",
    guard: "requirements exist and can be met",
  },
  {
    from: "SUBMITTED",
    to: "APPROVED",
    on: "auto_approve",
    by: ["system"],
    fact: "task.auto_approved",
    guard: "every matching policy waives; never after a drift",
  },
  {
    from: "REVIEWING",
    to: "SUBMITTED",
    on: "edit",
    by: ["author", "admin"],
    fact: "task.edited",
    guard: "a new revision; its approvals are superseded",
  },
  {
    from: "REVIEWING",
    to: "SUBMITTED",
    on: "change_arguments",
    by: ["reviewer", "admin"],
    fact: "task.edited",
    guard: "an agent's tool call; a new revision of which its editor is a maker",
  },
  {
    from: "REVIEWING",
    to: "DRAFT",
    on: "return",
    by: ["reviewer", "admin", "system"],
    fact: "task.changes_requested",
    guard: "a request for changes takes effect",
  },
  {
    from: "REVIEWING",
    to: "APPROVED",
    on: "approve",
    by: ["reviewer", "admin", "system"],
    fact: "task.approved",
    guard: "every requirement met",
  },
  {
    from: "REVIEWING",
    to: "REJECTED",
    on: "reject",
    by: ["reviewer", "admin", "system"],
    fact: "task.rejected",
    guard: "reject threshold reached",
  },
  ...(["SUBMITTED", "REVIEWING"] as const).map((from) => ({
    from,
    to: "APPROVED" as const,
    on: "override",
    by: ["admin"] as const,
    fact: "task.overridden",
    guard: "an override or force-apply, confirmed by a second admin",
  })),
  {
    from: "APPROVED",
    to: "SUBMITTED",
    on: "drift",
    by: ["worker"],
    fact: "task.drifted",
    guard: "the plan no longer equals the approved preview",
  },
  {
    from: "APPROVED",
    to: "APPLYING",
    on: "claim",
    by: ["worker"],
    fact: "task.apply_started",
    guard: "every lock held, content hash equal, token newer than the last",
  },
  {
    from: "APPLYING",
    to: "COMPLETED",
    on: "finish",
    by: ["worker", "system"],
    fact: "task.completed",
    guard: "token still the row's",
  },
  {
    from: "APPLYING",
    to: "APPROVED",
    on: "retry",
    by: ["worker", "system"],
    fact: "task.apply_retried",
    guard: "retryable, attempts left",
  },
  ...(["DRAFT", "SUBMITTED", "REVIEWING", "APPROVED"] as const).map((from) => ({
    from,
    to: "CANCELLED" as const,
    on: "cancel",
    by: ["author", "admin", "system"] as const,
    fact: "task.cancelled",
    guard: "",
  })),
] as const satisfies readonly Transition[];

export type TransitionName = (typeof TRANSITIONS)[number]["on"];

/** Final states: nothing leaves them; a copy can be made. */
export const FINAL_STATES: readonly TaskState[] = ["COMPLETED", "REJECTED", "CANCELLED"];

/** May it have changed anything? One that is cancelled between two attempts ends where the first of them stopped. */
export const mayHaveEffect = ({ state, attempts }: { state: TaskState; attempts: number }): boolean =>
  state === "COMPLETED" || (state === "CANCELLED" && attempts > 0);

/** Commands that change a task without moving its state, and where they are allowed. */
const STEADY_ACTIONS: readonly { on: TaskAction; in: readonly TaskState[]; by: readonly Cause[] }[] = [
  { on: "respond", in: ["REVIEWING"], by: ["reviewer", "admin"] },
  { on: "override", in: ["REVIEWING"], by: ["admin"] },
  { on: "force_apply", in: ["SUBMITTED", "REVIEWING"], by: ["admin"] },
  { on: "abort", in: ["APPLYING"], by: ["admin"] },
  { on: "release", in: ["APPROVED"], by: ["admin"] },
  { on: "roll_back", in: ["COMPLETED", "CANCELLED"], by: ["author", "admin"] },
  { on: "archive", in: FINAL_STATES, by: ["author", "admin"] },
  { on: "resubmit", in: FINAL_STATES, by: ["author", "admin"] },
  {
    on: "comment",
    in: TASK_STATES.filter((state) => state !== "DRAFT"),
    by: ["creator", "reviewer", "author"],
  },
];

const MOVING_ACTIONS: readonly TaskAction[] = ["edit", "delete", "submit", "change_arguments", "cancel"];

/** The transition of that name out of `from`, or null where there is none. */
export function transitionFrom(from: TaskState | null, on: TransitionName): Transition | null {
  return TRANSITIONS.find((transition) => transition.from === from && transition.on === on) ?? null;
}

/** What an actor is to a task. A person counts as reviewer only where an approval asks them. */
export function causesOf(
  actor: Pick<Actor, "kind" | "id" | "roles">,
  task: { author_id: string; reviewer_ids: readonly string[] },
): Cause[] {
  if (actor.kind === "system" || actor.kind === "worker") return [actor.kind];
  const causes: Cause[] = [];
  const isAdmin = actor.roles.includes("admin");
  if (isAdmin || actor.kind === "agent" || actor.roles.includes("author")) causes.push("creator");
  if (task.author_id === actor.id) causes.push("author");
  if (actor.kind === "user" && actor.roles.includes("reviewer") && task.reviewer_ids.includes(actor.id)) {
    causes.push("reviewer");
  }
  if (isAdmin) causes.push("admin");
  return causes;
}

/** Everything that these causes may do to a task in this state; the order is the table's. */
export function allowedActions(state: TaskState, causes: readonly Cause[]): TaskAction[] {
  const may = (by: readonly Cause[]): boolean => by.some((cause) => causes.includes(cause));
  const moving = MOVING_ACTIONS.filter((on) =>
    TRANSITIONS.some((transition) => transition.from === state && transition.on === on && may(transition.by)),
  );
  const steady = STEADY_ACTIONS.filter((action) => action.in.includes(state) && may(action.by)).map(
    ({ on }) => on,
  );
  return [...moving, ...steady];
}

/** True where the action exists in this state for anybody: tells "wrong state" (409) from "no right" (403). */
export function isPossible(state: TaskState, action: TaskAction): boolean {
  return allowedActions(state, ["creator", "author", "reviewer", "admin"]).includes(action);
}
