import {
  type Behind,
  grantFact,
  grantRefusal,
  grantRow,
  grantsInForce,
  MAX_GRANTS,
  type NewGrant,
  peopleBehind,
  TOOL_CALL_TYPE,
  touchedBy,
} from "../agents/service.ts";
import type { AllowAlways } from "../approvals/schema.ts";
import { isReleased } from "../approvals/service.ts";
import type { Actor } from "../kernel/actor.ts";
import { type CodedError, errors } from "../kernel/errors.ts";
import type { Ids } from "../kernel/ids.ts";
import type { RiskLevel } from "../risk/schema.ts";
import { type ApprovalRecord, type Db, loadTask, type ReviewRecord } from "../tasks/service.ts";

/** What a reviewer wants to be allowed from now on, as it is kept with the answer until the task is approved. */
export type GrantWish = KeptWish & { kind: string };
type KeptWish = NonNullable<ApprovalRecord["allow_always"]>;

const DAY_MS = 86_400_000;
/** Kinds of calls that say what happens to what they name. All others do whatever their arguments say. */
const TELLING_KINDS: readonly string[] = ["read", "edit", "delete", "move", "search", "fetch"];
const FIELD = "options.allow_always";

/** What of a task decides whether calls like it may be allowed from now on. */
export type AllowableCall = {
  type: string;
  /** Who is behind the agent that asks for it; null: no agent does. */
  behind: Behind | null;
  risk_level: RiskLevel | null;
  resource_keys: readonly string[];
  /** `config.parameters` of the call. */
  parameters: Readonly<Record<string, unknown>>;
};

/**
 * Why this reviewer may not allow calls like this one from now on, or null. Who is behind an agent grants it nothing; only
 * an admin goes beyond the resources of this call; a tool whose name reads as a pattern would be more than one tool; a
 * call that names nothing but its tool stands for every other that hides what it touches; and of a command, the next one
 * beside the same file has nothing in common with it. Pure.
 *
 * @param resources as it is wished for: absent those of the call, null any
 */
export function allowAlwaysRefusal(
  actor: Pick<Actor, "id" | "roles">,
  call: AllowableCall,
  resources?: readonly string[] | null,
): CodedError | null {
  const refuse = (issue: string) => errors.VALIDATION_ERROR({ details: [{ field: FIELD, issue }] });
  if (call.type !== TOOL_CALL_TYPE || !call.behind) return refuse("Only a tool call of an agent takes it.");
  const refusal = grantRefusal(actor.id, call.behind);
  if (refusal) return refusal;
  if (call.risk_level !== "LOW" && call.risk_level !== "MEDIUM")
    return refuse("A call of HIGH risk is looked at each time.");
  if (resources !== undefined && !actor.roles.includes("admin"))
    return errors.FORBIDDEN({ message: "Only an admin allows more than what this call touches." });
  const { tool, kind } = useOf(call);
  if (tool === "" || /[*?{}[\]!]/.test(tool)) return refuse("The tool's name reads as a pattern.");
  if (resources !== undefined) return null;
  if (touchedBy(call.resource_keys).length === 0)
    return refuse(
      "This call names nothing that it touches but its tool, so every such call would pass: only an admin allows a tool as a whole (POST /agents/:id/grants).",
    );
  if (!TELLING_KINDS.includes(kind))
    return refuse(
      "What such a call does is in its arguments, and every other call beside the same files would pass: only an admin allows it, by saying for which resources.",
    );
  return null;
}

/**
 * Refuses what this reviewer may not allow always; as `allowAlwaysRefusal`, and where the agent has too many grants.
 *
 * @throws VALIDATION_ERROR, FORBIDDEN
 */
export async function planGrant(
  db: Db,
  actor: Actor,
  task: ReviewRecord,
  wanted: AllowAlways,
): Promise<GrantWish> {
  const { parameters = {} } = (await loadTask(db, task.id))?.config ?? {};
  const call = { ...task, parameters, behind: await peopleBehind(db, task.author_id) };
  const refusal = allowAlwaysRefusal(actor, call, wanted.resources);
  if (refusal) throw refusal;
  if ((await grantsInForce(db, task.author_id)).length >= MAX_GRANTS) {
    const issue = `The agent has ${MAX_GRANTS} grants in force.`;
    throw errors.VALIDATION_ERROR({ details: [{ field: FIELD, issue }] });
  }
  const resources = wanted.resources === undefined ? touchedBy(task.resource_keys) : wanted.resources;
  return { ...useOf(call), resources, expires_in_days: wanted.expires_in_days };
}

function useOf({ parameters }: Pick<AllowableCall, "parameters">): { tool: string; kind: string } {
  return { tool: String(parameters.tool ?? ""), kind: String(parameters.kind ?? "other") };
}

type Answered = {
  reviewer_id: string;
  reviewer_name: string;
  status: string;
  release_at: string | null;
  allow_always: KeptWish | null;
};

/**
 * The grants that come with an approval: of every answer in force that asked for one. A wish that names no kind is from
 * before grants had one: of the calls that it would let pass now, nobody has seen any. Ids apart, pure.
 */
export function grantsOf(task: ReviewRecord, answers: readonly Answered[], ids: Ids): NewGrant[] {
  return answers.flatMap(({ status, allow_always, reviewer_id, reviewer_name, ...answer }) => {
    if (status !== "APPROVED" || !allow_always || !isReleased(answer, task.now)) return [];
    const { tool, kind, resources, expires_in_days } = allow_always;
    if (kind === undefined) return [];
    return [
      {
        ...{ id: ids.uuid(), agent_id: task.author_id, tool, kind, resources },
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
