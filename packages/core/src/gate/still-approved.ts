import { outcomeOf } from "../approvals/service.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";

/**
 * Checked right before a change is applied: rights and approvals as they are now, not as they were. Answers why they
 * no longer hold, in words, or null.
 */
export async function stillApproved(
  deps: Pick<GateDeps, "identity" | "agents">,
  task: TaskRecord,
): Promise<string | null> {
  const people = new Map((await deps.identity.directory()).map((person) => [person.id, person]));
  const answered = task.approvals.filter((approval) => approval.status === "APPROVED");
  const standing = answered.filter((approval) => {
    const person = people.get(approval.reviewer_id);
    return person?.active && (person.roles.includes("reviewer") || person.roles.includes("admin"));
  });
  const outcome = outcomeOf(task.requirements ?? [], standing, task.now);
  if (outcome !== "approve") return "an approver is no longer active or no longer a reviewer";
  const maker = people.get(task.author_owner_id ?? task.author_id);
  return maker?.active === false ? "its author is no longer active" : null;
}
