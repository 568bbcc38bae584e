import type { RiskLevel } from "../risk/schema.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { BatchAnswer } from "./schema.ts";

type Judged = Pick<TaskRecord, "id" | "risk_level">;

const LEVELS: readonly RiskLevel[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

/** What somebody should know before one answer is given to many changes. Pure. */
export function batchWarnings(
  tasks: readonly Judged[],
  action: "approve" | "reject",
): BatchAnswer["warnings"] {
  const levels = LEVELS.filter((level) => tasks.some((task) => task.risk_level === level));
  const warnings: BatchAnswer["warnings"] = [];
  if (levels.length > 1) {
    const counts = levels.map((level) => `${at(tasks, level).length} ${level}`).join(", ");
    warnings.push({
      code: "mixed_risk",
      message: `One answer to changes of different risk: ${counts}.`,
      task_ids: tasks.map(({ id }) => id),
    });
  }
  if (action === "reject") return warnings;
  for (const [level, what] of [
    ["HIGH", "open its diff first"],
    ["CRITICAL", "type the name of what it touches first"],
  ] as const) {
    const found = at(tasks, level);
    if (found.length === 0) continue;
    const many = found.length === 1 ? "1 change is" : `${found.length} changes are`;
    warnings.push({
      code: level === "HIGH" ? "high_risk" : "critical_risk",
      message: `${many} of ${level} risk: ${what}.`,
      task_ids: found.map(({ id }) => id),
    });
  }
  return warnings;
}

const at = (tasks: readonly Judged[], level: RiskLevel): readonly Judged[] =>
  tasks.filter((task) => task.risk_level === level);
