import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { Link } from "#components/link.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { Facts, Part } from "#features/task/facts.tsx";
import { actionWords } from "#features/task/timeline.tsx";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { taskTitle } from "#lib/task-title.ts";
import type { Agent } from "../agent-types.ts";
import { Capacity } from "../capacity.tsx";
import { connectionText } from "../connection.ts";
import { Heartbeat } from "../health.tsx";
import { agentQueries } from "../queries.ts";
import { SummaryCard } from "../summary-card.tsx";
import { HealthHistory } from "./health-history.tsx";
import { LocksOfAgent } from "./locks-of-agent.tsx";

const SHOWN_TASKS = 8;
const SHOWN_ACTS = 20;
const ACTS_MS = 5000;

/** What it does now and did lately: tasks, locks, acts, health; and who it is, beside it. */
export function ActivityTab({ agent, isAdmin }: { agent: Agent; isAdmin: boolean }) {
  const summary = useQuery(agentQueries.summary(agent.id));
  return (
    <div className="flex flex-col gap-6">
      {summary.data && <SummaryCard summary={summary.data} parts />}
      <div className="grid gap-x-8 gap-y-6 @3xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="flex min-w-0 flex-col gap-6">
          <HealthHistory agentId={agent.id} />
          <TasksOfAgent agentId={agent.id} />
          <LocksOfAgent agentId={agent.id} mayRead={isAdmin} />
          <ActsOfAgent agentId={agent.id} />
        </div>
        <About agent={agent} />
      </div>
    </div>
  );
}

function About({ agent }: { agent: Agent }) {
  const figures = Object.entries(agent.metrics ?? {});
  return (
    <aside aria-label="About" className="flex min-w-0 flex-col gap-6 @max-3xl:order-first">
      <Part title="About">
        <Facts
          facts={[
            agent.description ? ["Does", agent.description] : null,
            [
              "Working on",
              <Capacity
                key="capacity"
                active={agent.capacity.active_tasks}
                max={agent.capacity.max_tasks}
                className="min-h-5"
              />,
            ],
            ["Last sign", <Heartbeat key="beat" at={agent.last_heartbeat_at} />],
            ["Owner", agent.owner_name],
            [
              "Reached by",
              <span key="reach" className="break-all">
                {connectionText(agent.connection)}
              </span>,
            ],
            agent.model ? ["Model", `${agent.model}${agent.provider ? ` by ${agent.provider}` : ""}`] : null,
            agent.tags.length > 0 ? ["Tags", agent.tags.join(", ")] : null,
            [
              "Settings",
              <span key="version" className="num">
                version {agent.version}
              </span>,
            ],
            ["Made", <Moment key="made" at={agent.created_at} />],
            [
              "Id",
              <code key="id" className="text-xs break-all select-all">
                {agent.id}
              </code>,
            ],
          ]}
        />
      </Part>
      {figures.length > 0 && (
        <Part title="Figures of the last heartbeat">
          <Facts
            facts={figures.map(([name, figure]) => [
              name,
              <span key={name} className="num">
                {String(figure)}
              </span>,
            ])}
          />
        </Part>
      )}
    </aside>
  );
}

function TasksOfAgent({ agentId }: { agentId: string }) {
  const tasks = useQuery(
    queries.tasks({ author_id: agentId, limit: SHOWN_TASKS, sort_by: "updated_at", sort_order: "desc" }),
  );
  return (
    <Part
      title="Tasks"
      note={
        <Link href={`/tasks?author=${agentId}`} className="link inline-flex min-h-6 items-center gap-1">
          all of its tasks <ArrowRight size={12} aria-hidden />
        </Link>
      }
    >
      <Resolved query={tasks} what="The tasks" loading={<div className="skeleton h-24" />}>
        {({ tasks: rows }) =>
          rows.length === 0 ? (
            <p className="text-ink-3">It has proposed nothing yet.</p>
          ) : (
            <ul aria-label="Tasks" className="card divide-y divide-line overflow-hidden">
              {rows.map((task) => (
                <li key={task.id}>
                  <Link
                    href={`/tasks/${task.id}`}
                    className="flex min-h-10 flex-wrap items-center gap-x-3 px-3 py-1.5 -outline-offset-2! hover:bg-hover"
                  >
                    <span className="min-w-0 flex-1 truncate font-medium max-sm:basis-full">
                      {taskTitle(task)}
                    </span>
                    <RiskMeter score={task.risk?.score} level={task.risk?.level} />
                    <TaskState state={task.state} result={task.execution?.result} plain />
                    <Ago
                      at={task.metadata.updated_at}
                      bare
                      className="w-10 text-right text-xs text-ink-3 max-sm:ml-auto"
                    />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Resolved>
    </Part>
  );
}

/** What stands in the ledger of it, newest first, as it comes. */
function ActsOfAgent({ agentId }: { agentId: string }) {
  const acts = useQuery({
    queryKey: ["agent", agentId, "acts"],
    queryFn: ({ signal }) => api.audit.list.query({ actor_id: agentId, limit: SHOWN_ACTS }, { signal }),
    refetchInterval: ACTS_MS,
  });
  return (
    <Part
      title="Live activity"
      note={
        <Link href={`/audit?actor_id=${agentId}`} className="link inline-flex min-h-6 items-center gap-1">
          all in the audit <ArrowRight size={12} aria-hidden />
        </Link>
      }
    >
      <Resolved query={acts} what="Its activity" loading={<div className="skeleton h-24" />}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p className="text-ink-3">Nothing in the ledger yet. What it does appears here by itself.</p>
          ) : (
            <ol aria-label="Activity, newest first" className="flex flex-col">
              {entries.map((entry) => (
                <li
                  key={entry.id}
                  className="flex min-h-7 items-center gap-3 border-b border-line last:border-0"
                >
                  <Ago at={entry.at} bare className="w-9 shrink-0 text-right text-xs text-ink-3" />
                  <span className="shrink-0 font-medium">{actionWords(entry.action)}</span>
                  <span className="min-w-0 truncate text-xs text-ink-2">
                    {[entry.from_state, entry.to_state].filter(Boolean).join(" → ").toLowerCase()}
                    {entry.reason && ` “${entry.reason}”`}
                  </span>
                  {entry.task_id && (
                    <Link
                      href={`/tasks/${entry.task_id}`}
                      className="link ml-auto inline-flex min-h-6 shrink-0 items-center text-xs"
                    >
                      the task
                    </Link>
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </Resolved>
    </Part>
  );
}
