import type { Pool } from "pg";
import { type Behind, peopleBehind, TOOL_CALL_TYPE } from "../agents/service.ts";
import type { ApplyingService } from "../applying/service.ts";
import type { ApprovalEntry } from "../approvals/schema.ts";
import type { ApprovalsService } from "../approvals/service.ts";
import { allowAlwaysRefusal, heldBy } from "../gate/service.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { CodedError } from "../kernel/errors.ts";
import type { Ledger } from "../ledger/service.ts";
import { isMet, unmet } from "../policies/service.ts";
import type { AnyRedis } from "../redis.ts";
import { mayHaveEffect, type TaskRecord, type TasksService } from "../tasks/service.ts";
import { type AgentCardsDeps, readAgentCards } from "./agent-cards/read.ts";
import type { AgentCards, AgentCardsQuery } from "./agent-cards/schema.ts";
import { readDrift } from "./drift.ts";
import { readFacets, readInbox } from "./inbox.ts";
import { createInsights } from "./insights/service.ts";
import { look, noteLook, readSinceLook } from "./looks.ts";
import type { Inbox, InboxFacets, InboxQuery, InboxSection, Looker, TaskView } from "./schema.ts";

export type ViewsDeps = AgentCardsDeps & {
  pool: Pool;
  redis: AnyRedis;
  tasks: TasksService;
  approvals: ApprovalsService;
  applying: Pick<ApplyingService, "rollbackStanding">;
  ledger: Ledger;
  clock: Clock;
};
export type ViewsService = ReturnType<typeof createViewsService>;

/** Read models of the dashboard: they may join what slices keep apart. */
export function createViewsService(deps: ViewsDeps) {
  return {
    insights: createInsights(deps),
    /** One section of the caller's queue, with the counts of all. */
    async inbox(actor: Actor, query: InboxQuery): Promise<Inbox> {
      return {
        ...(await readInbox(deps.pool, actor.id, query)),
        server_time: deps.clock.now().toISOString(),
      };
    },
    /** A page of agents as cards. */
    agentCards(actor: Actor, query: AgentCardsQuery): Promise<AgentCards> {
      return readAgentCards(deps, actor, query);
    },
    /** What a section of the caller's queue can be narrowed down to, with how much is there. */
    facets(actor: Actor, section: InboxSection): Promise<InboxFacets> {
      return readFacets(deps.pool, actor.id, section);
    },
    /**
     * Notes which revision the caller has before their eyes, and tells the others who look at it. It is a reader's own
     * mark, kept without a fact. NOT_FOUND.
     */
    async look(
      actor: Actor,
      id: string,
      { revision, leaving }: { revision: number; leaving: boolean },
    ): Promise<{ others_looking: Looker[] }> {
      const task = await deps.tasks.read(actor, id);
      if (!leaving) await noteLook(deps.pool, actor.id, id, Math.min(revision, task.revision));
      const nowMs = deps.clock.now().getTime();
      const { others, isNews } = await look(deps.redis, id, actor, nowMs, leaving);
      if (isNews) {
        deps.ledger.events.emitLive({
          event: "task:presence",
          channels: [`task:${id}`, ...others.map((other) => `user:${other.id}`)],
          payload: { task_id: id, user_id: actor.id, name: actor.name, is_looking: !leaving },
        });
      }
      return { others_looking: others };
    },
    /** Everything about one task in one answer. */
    async task(actor: Actor, id: string): Promise<TaskView> {
      const record = await deps.tasks.read(actor, id);
      const [task, asked, timeline, { comments }, { attempts }, locks, since, drift, rollback, behind] =
        await Promise.all([
          deps.tasks.present(actor, record),
          deps.approvals.list(actor, { task_id: id, page: 1, limit: 100 }),
          deps.ledger.list(actor, { task_id: id, limit: 200, sort_order: "asc" }),
          deps.tasks.comments(actor, id),
          deps.tasks.attempts(actor, id),
          deps.tasks.locks(actor, id).then(
            (known) => ({ ...known, known: true }),
            () => ({ held: [], blocked_by: [], known: false }),
          ),
          readSinceLook(deps.pool, actor.id, id),
          record.drifts > 0 ? readDrift(deps.pool, record) : null,
          mayHaveEffect(record) ? deps.applying.rollbackStanding(record) : null,
          record.type === TOOL_CALL_TYPE ? peopleBehind(deps.pool, record.author_id) : null,
        ]);
      const approvals = asked.approvals;
      return {
        task,
        approvals,
        mine: ownOf(approvals, "review", actor, record),
        ...allowAlwaysOf(actor, record, behind),
        my_override: ownOf(approvals, "override", actor, record),
        overrides: task.overrides,
        ...requirementsOf(record),
        held_by: record.state === "REVIEWING" ? heldBy(record.requirements ?? [], record.now) : null,
        since_your_look: since,
        drift,
        rollback,
        timeline: timeline.entries,
        comments,
        locks,
        attempts: attempts.map(({ task_id: _task, lock_ids: _locks, ...attempt }) => attempt),
        server_time: deps.clock.now().toISOString(),
      };
    },
  };
}

/** Whether the reader may allow calls like it from now on, by the rule that their answer meets. */
function allowAlwaysOf(
  actor: Actor,
  task: TaskRecord,
  behind: Behind | null,
): Pick<TaskView, "may_allow_always" | "why_not_always"> {
  if (task.type !== TOOL_CALL_TYPE) return { may_allow_always: false, why_not_always: null };
  const refusal = allowAlwaysRefusal(actor, { ...task, parameters: task.config.parameters, behind });
  return { may_allow_always: refusal === null, why_not_always: refusal && sentenceOf(refusal) };
}

/** What a refusal says of the one thing that it is about; else its own sentence. */
function sentenceOf({ message, details }: CodedError): string {
  const [first] = Array.isArray(details) ? (details as { issue?: string }[]) : [];
  return first?.issue ?? message;
}

/** The reader's own row on the present revision; a person has one for the change and one for an override of it. */
function ownOf(
  approvals: readonly ApprovalEntry[],
  kind: ApprovalEntry["kind"],
  actor: Actor,
  { revision }: TaskRecord,
): ApprovalEntry | null {
  const isOwn = (each: ApprovalEntry): boolean =>
    each.kind === kind && each.reviewer_id === actor.id && each.revision === revision;
  return approvals.find(isOwn) ?? null;
}

function requirementsOf(task: TaskRecord): Pick<TaskView, "missing" | "requirements"> {
  const approvers = task.approvals
    .filter(({ status }) => status === "APPROVED")
    .map((each) => each.reviewer_id);
  const requirements = task.requirements ?? [];
  const open = task.state === "REVIEWING" ? unmet(requirements, approvers) : [];
  return {
    missing: open.map(({ text }) => text),
    requirements: requirements.map((each) => ({
      id: each.id,
      policy: each.policy_name,
      demand: [
        ...(each.min_approvers > 0 ? [`${each.min_approvers} of ${each.who}`] : []),
        ...each.required_roles.map(({ name }) => `1 of ${name}`),
      ].join(" and "),
      why: each.why,
      met: isMet(each, approvers),
      waived: each.auto_approved,
      overridden: each.overridden_by !== undefined,
      missing: open.find(({ requirement }) => requirement.id === each.id)?.text ?? null,
    })),
  };
}
