import type { TaskState } from "../tasks/schema.ts";

type End = "superseded" | "closed" | "returned";

/** How the approvals end of a review that leads to this state. */
export const endOf = (state: TaskState): End => (state === "DRAFT" ? "returned" : "closed");

/** A CTE that ends what is still open, or void, on the current revision; hangs on `guard`. */
export function endApprovals(
  p: (value: unknown) => string,
  task: { revision: number },
  end: End,
  except?: string,
): string {
  // A given answer stays what it was when a review closes; when a revision is replaced, all of it is void; and of
  // what is returned, the request for changes stays, so that the author sees who asked for what.
  const which = {
    superseded: "true",
    closed: "a.status = 'PENDING'",
    returned: "a.status <> 'CHANGES_REQUESTED'",
  }[end];
  const status = end === "closed" ? "CLOSED" : "SUPERSEDED";
  const spared = except === undefined ? "" : `AND a.id <> ${p(except)}::uuid`;
  return `ended AS (UPDATE approval a SET status = '${status}' FROM guard
    WHERE a.task_id = guard.id AND a.revision = ${p(task.revision)}::int AND ${which} ${spared})`;
}
