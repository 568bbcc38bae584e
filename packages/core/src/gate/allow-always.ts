import {
  grantFact,
  grantRow,
  grantsInForce,
  MAX_GRANTS,
  type NewGrant,
  TOOL_CALL_TYPE,
} from "../agents/service.ts";
import type { AllowAlways } from "../approvals/schema.ts";
import { isReleased } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import { type Db, loadTask, type ReviewRecord } from "../tasks/service.ts";

/** What a reviewer wants to be allowed from now on, as it is kept with the answer until the task is approved. */
export type GrantWish = { tool: string; resources: string[] | null; expires_in_days: number };

const DAY_MS = 86_400_000;

/**
 * Refuses what this reviewer may not allow always. Whoever owns an agent grants it nothing; only an admin goes beyond the
 * resources of this call; a tool whose name reads as a pattern would be more than one tool.
 *
 * @throws VALIDATION_ERROR, FORBIDDEN
 */
export async function planGrant(
  db: Db,
  actor: Actor,
  task: ReviewRecord,
  wanted: AllowAlways,
): Promise<GrantWish> {
  const field = "options.allow_always";
  const refuse = (issue: string) => errors.VALIDATION_ERROR({ details: [{ field, issue }] });
  if (task.type !== TOOL_CALL_TYPE || task.author_kind !== "agent")
    throw refuse("Only a tool call of an agent takes it.");
  if (task.author_owner_id === actor.id)
    throw errors.FORBIDDEN({ message: "Whoever owns an agent does not grant it anything." });
  if (task.risk_level === "HIGH" || task.risk_level === "CRITICAL")
    throw refuse("A call of HIGH risk is looked at each time.");
  if (wanted.resources !== undefined && !actor.roles.includes("admin"))
    throw errors.FORBIDDEN({ message: "Only an admin allows more than what this call touches." });
  const tool = String((await loadTask(db, task.id))?.config.parameters.tool ?? "");
  if (tool === "" || /[*?{}[\]!]/.test(tool)) throw refuse("The tool's name reads as a pattern.");
  if ((await grantsInForce(db, task.author_id)).length >= MAX_GRANTS)
    throw refuse(`The agent has ${MAX_GRANTS} grants in force.`);
  const resources = wanted.resources === undefined ? task.resource_keys : wanted.resources;
  return { tool, resources, expires_in_days: wanted.expires_in_days };
}

type Answered = {
  reviewer_id: string;
  reviewer_name: string;
  status: string;
  release_at: string | null;
  allow_always: GrantWish | null;
};

/** The grants that come with an approval: of every answer in force that asked for one. Ids apart, pure. */
export function grantsOf(task: ReviewRecord, answers: readonly Answered[], ids: Ids): NewGrant[] {
  return answers.flatMap(({ status, allow_always, reviewer_id, reviewer_name, ...answer }) => {
    if (status !== "APPROVED" || !allow_always || !isReleased(answer, task.now)) return [];
    const { tool, resources, expires_in_days } = allow_always;
    return [
      {
        ...{ id: ids.uuid(), agent_id: task.author_id, tool, resources },
        granted_by: { id: reviewer_id, name: reviewer_name },
        task_id: task.id,
        expires_at: new Date(task.now.getTime() + expires_in_days * DAY_MS),
      },
    ];
  });
}

export const grantFacts = (grants: readonly NewGrant[]) => grants.map(grantFact);

/** Rows of grants that hang on the same `guard` as the approval that they come with; nothing where there are none. */
export function grantCtes(p: (value: unknown) => string, grants: readonly NewGrant[]): string {
  return grants.map((grant, index) => `, granted_${index} AS (${grantRow(p, grant)} FROM guard)`).join("");
}
