import type { InboxRow } from "@ade/core/views/schema";
import { api, type Inputs } from "#lib/api.ts";

export type Decision = "approve" | "reject" | "request_changes";
type Options = NonNullable<Inputs["approvals"]["respond"]["options"]>;
/** What may go with an answer, beside its reason. */
export type AnswerOptions = Pick<
  Options,
  "apply_immediately" | "require_additional_approvals" | "allow_always"
>;

/** Statuses that a reviewer gave and may change while the review lasts. */
const ANSWERED: ReadonlySet<string> = new Set(["APPROVED", "REJECTED", "CHANGES_REQUESTED"]);
const STATUS_OF = { approve: "APPROVED", reject: "REJECTED", request_changes: "CHANGES_REQUESTED" } as const;

/** How this row may be answered: for the first time, as a change of mind, or not by the person at the screen. */
export function answerKind(row: InboxRow, decision?: Decision): "first" | "change" | null {
  if (!row.approval_id || row.state !== "REVIEWING") return null;
  if (row.my_status === "PENDING") return "first";
  const isSame = decision !== undefined && row.my_status === STATUS_OF[decision];
  return row.my_status !== null && ANSWERED.has(row.my_status) && !isSame ? "change" : null;
}

/** Sends one answer to one approval, with what the reviewer looked at; it takes effect after `undoSeconds`. */
export function answer(
  row: InboxRow,
  action: Decision,
  reason: string | undefined,
  undoSeconds: number,
  options: AnswerOptions = {},
) {
  if (!row.approval_id) throw new Error("There is no approval of yours to answer.");
  return api.approvals.respond.mutate({
    id: row.approval_id,
    action,
    ...(reason && { reason }),
    ...(row.content_hash && { content_hash: row.content_hash }),
    options: { ...options, undo_seconds: undoSeconds },
  });
}
