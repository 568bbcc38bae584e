import type { InboxRow } from "@ade/core/views/schema";
import { api } from "#lib/api.ts";
import type { Decision } from "./use-decisions.ts";

/** Sends one answer to one approval, with what the reviewer looked at; it takes effect after `undoSeconds`. */
export async function answer(
  row: InboxRow,
  action: Decision,
  reason: string | undefined,
  undoSeconds: number,
) {
  if (!row.approval_id) throw new Error("There is no approval of yours to answer.");
  return api.approvals.respond.mutate({
    id: row.approval_id,
    action,
    ...(reason && { reason }),
    ...(row.content_hash && { content_hash: row.content_hash }),
    options: { undo_seconds: undoSeconds },
  });
}
