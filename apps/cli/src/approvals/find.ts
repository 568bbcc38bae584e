import type { ApprovalEntry, Client } from "@ade/client";
import { cliErrors } from "../errors.ts";

const PAGE = 100;

/**
 * The approval that an id means: of an approval that waits for me, or of a task. Of a task mine comes first; an admin may
 * answer for the only one who is asked.
 *
 * @throws NOT_FOUND, AMBIGUOUS
 */
export async function findApproval(client: Client, id: string): Promise<ApprovalEntry> {
  for (let page = 1, more = true; more; page += 1) {
    const answer = await client.approvals.list({ status: ["PENDING"], page, limit: PAGE });
    const mine = answer.approvals.find((each) => each.id === id || each.task_id === id);
    if (mine) return mine;
    more = answer.pagination.has_more;
  }
  const { approvals } = await client.approvals.list({ task_id: id, limit: PAGE });
  const { id: me } = await client.me();
  const mine = approvals.filter(({ reviewer_id, status }) => reviewer_id === me && status !== "SUPERSEDED");
  const open = mine.length > 0 ? mine : approvals.filter(({ status }) => status === "PENDING");
  if (open.length === 1) return open[0]!;
  if (open.length > 1) {
    const names = open.map((each) => `${each.reviewer_name} (${each.id})`).join(", ");
    throw cliErrors.AMBIGUOUS({ message: `Several people are asked: ${names}.` });
  }
  throw cliErrors.NOTHING_WAITS({ message: `Nothing of ${id} waits for an answer.` });
}
