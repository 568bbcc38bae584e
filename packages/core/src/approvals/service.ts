import type { Pool } from "pg";
import type { z } from "zod";
import type { Actor } from "../kernel/actor.ts";
import type { listApprovalsQuery } from "./schema.ts";
import { listApprovals } from "./store.ts";

export {
  type BacklogCandidate,
  DEFAULT_BACKLOG,
  mayPass,
  overLimit,
  type Priority,
  raisedPriority,
} from "./backlog.ts";
export {
  assertMayRespond,
  countApprovals,
  dueAt,
  dueRule,
  isReleased,
  leniencyOf,
  type Makers,
  makersOf,
  type Outcome,
  outcomeOf,
  releaseAt,
  STATUS_OF,
} from "./decide.ts";
export { approvalErrors } from "./errors.ts";
export { type GivenAnswer, habitsOf, signalRules } from "./signals.ts";

export type ApprovalsService = ReturnType<typeof createApprovalsService>;

/** Reading approvals. Answering them is the gate's. */
export function createApprovalsService(deps: { pool: Pool }) {
  return {
    /** Mine by default; with `task_id` all of that task; an agent's are those of its own tasks. */
    list(actor: Actor, query: z.infer<typeof listApprovalsQuery>) {
      const isOwn = query.task_id === undefined && actor.kind === "user";
      return listApprovals(deps.pool, query, {
        reviewer_id: isOwn ? actor.id : null,
        author_id: actor.kind === "agent" ? actor.id : null,
      });
    },
  };
}
