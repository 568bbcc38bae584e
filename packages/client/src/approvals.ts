import type {
  ApprovalList,
  ApprovalsQuery,
  BatchAnswer,
  BatchInput,
  Responded,
  RespondInput,
} from "./shapes.ts";
import type { Once } from "./tasks.ts";
import type { Transport } from "./transport.ts";

export type Approvals = ReturnType<typeof createApprovals>;

/** Reviews over REST: for people and their keys; an agent's key can never answer. */
export function createApprovals({ send }: Transport) {
  const command = async <T>(path: string, body: unknown, once: Once): Promise<T> => {
    const { idempotencyKey = crypto.randomUUID() } = once;
    return (await send<T>({ method: "POST", path, body, idempotencyKey })).body;
  };

  return {
    /** One's own, or with `task_id` all of that task. */
    list: async (query: ApprovalsQuery = {}): Promise<ApprovalList> =>
      (await send<ApprovalList>({ method: "GET", path: "/approvals", query })).body,
    /** Answers; with `content_hash` only to the content that was looked at. @throws CONFLICT, SELF_APPROVAL, … */
    respond: (id: string, answer: RespondInput, once: Once = {}): Promise<Responded> =>
      command(`/approvals/${id}/respond`, answer, once),
    /** One answer to up to 100, all or none; each alone with `options.continue_on_error`. */
    batch: (answers: BatchInput, once: Once = {}): Promise<BatchAnswer> =>
      command("/approvals/batch", answers, once),
    /** Takes an answer back within its undo time. @throws UNDO_TIME_OVER */
    withdraw: (id: string, once: Once = {}): Promise<Responded> =>
      command(`/approvals/${id}/withdraw`, undefined, once),
  };
}
