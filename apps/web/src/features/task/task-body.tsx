import type { TaskView } from "@ade/core/views/schema";
import { Link } from "#components/link.tsx";
import { Ago, Left, Moment } from "#components/ui/time.tsx";
import { Who } from "#components/who.tsx";
import { taskTitle } from "#lib/task-title.ts";
import { Answers } from "./answers.tsx";
import { Attempts, Outcome } from "./attempts.tsx";
import { Changes } from "./changes.tsx";
import { Comments } from "./comments.tsx";
import { DriftView } from "./drift-view.tsx";
import { Facts, Part } from "./facts.tsx";
import { HeldBy } from "./held-by.tsx";
import { LocksOfTask } from "./locks-of-task.tsx";
import { Notes } from "./notes.tsx";
import { Overrides } from "./overrides.tsx";
import { Requirements } from "./requirements.tsx";
import { keyOf, ResourceName } from "./resource-name.tsx";
import { RiskFactors } from "./risk-factors.tsx";
import { RollbackCard } from "./rollback-card.tsx";
import { SinceLook } from "./since-look.tsx";
import { StateRail } from "./state-rail.tsx";
import { Timeline } from "./timeline.tsx";

const MOVES: Record<string, string> = {
  author: "The author's move",
  reviewers: "The reviewers' move",
  system: "The system's move",
  admin: "An admin's move",
  nobody: "Nobody's move",
};

export function TaskBody({ view }: { view: TaskView }) {
  const { task } = view;
  const rest = task.config.description.split("\n").slice(1).join("\n").trim();
  // The errors of a plan stand above its changes.
  const isAmongChanges = task.problem?.code === "PREVIEW_INVALID" && (task.preview?.errors.length ?? 0) > 0;
  return (
    <article className="mx-auto flex max-w-6xl flex-col gap-6 px-4 py-5">
      <h1 className="print-only hidden text-xl font-semibold">{taskTitle(task)}</h1>
      <div className="card px-4 pt-4 pb-3">
        <StateRail view={view} />
        {task.waiting_for && (
          <p className="mt-3 flex flex-wrap items-baseline gap-x-3 border-t border-line pt-3">
            <span className="font-medium">
              {MOVES[task.waiting_for.whose_move] ?? task.waiting_for.whose_move}
            </span>
            <span className="inline-block text-ink-2 first-letter:uppercase">{task.waiting_for.text}</span>
            <span className="ml-auto text-xs text-ink-3">
              for <Ago at={task.waiting_for.since} bare />
              {task.waiting_for.until && (
                <>
                  {" · "}
                  <Left until={task.waiting_for.until} />
                </>
              )}
            </span>
          </p>
        )}
      </div>
      <Overrides view={view} />
      {task.problem && !isAmongChanges && <Notes tone="bad" notes={[task.problem.message]} />}
      <div className="grid gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-7">
          {rest && <p className="whitespace-pre-wrap">{rest}</p>}
          <DriftView view={view} />
          <SinceLook view={view} />
          <Outcome view={view} />
          <Part
            title="Changes"
            note={
              task.preview?.estimated_duration_seconds !== undefined &&
              `about ${task.preview.estimated_duration_seconds} s`
            }
          >
            {task.preview ? (
              <Changes preview={task.preview} />
            ) : (
              <p className="text-ink-3">No preview yet.</p>
            )}
          </Part>
          <Attempts view={view} />
          <Part title="Comments" className="print:hidden">
            <Comments
              taskId={task.id}
              comments={view.comments}
              canComment={task.allowed_actions.includes("comment")}
            />
          </Part>
          <Part title="Parameters">
            <pre className="card p-3 text-xs break-words whitespace-pre-wrap">
              {JSON.stringify(task.config.parameters, null, 2)}
            </pre>
          </Part>
        </div>
        <div className="flex min-w-0 flex-col gap-7">
          {task.risk && (
            <Part title="Risk">
              <RiskFactors risk={task.risk} />
            </Part>
          )}
          {view.requirements.length > 0 && (
            <Part title="Who has to agree" note={`${task.current_approvals} of ${task.required_approvals}`}>
              <Requirements view={view} />
              {view.held_by && <HeldBy held={view.held_by} />}
            </Part>
          )}
          {view.approvals.length > 0 && (
            <Part title="Answers">
              <Answers approvals={view.approvals} />
            </Part>
          )}
          <LocksOfTask locks={view.locks} />
          <RollbackCard view={view} />
          <Part title="Facts">
            <TaskFacts view={view} />
          </Part>
          <Part
            title="Timeline"
            note={
              <Link href={`/audit?task_id=${task.id}`} className="link print:hidden">
                In the audit log
              </Link>
            }
          >
            <Timeline entries={view.timeline} />
          </Part>
        </div>
      </div>
    </article>
  );
}

function TaskFacts({ view }: { view: TaskView }) {
  const { task } = view;
  const { metadata, config } = task;
  return (
    <Facts
      facts={[
        [
          "Author",
          <Who
            key="author"
            name={metadata.author_name}
            kind={metadata.author_kind}
            id={metadata.author_id}
          />,
        ],
        ["Type", <code key="type">{config.type}</code>],
        [
          "Touches",
          <ul key="resources">
            {config.resources.map((resource) => (
              <li key={keyOf(resource)}>
                <ResourceName resource={resource} />{" "}
                <span className="text-xs text-ink-3">{resource.actions.join(", ")}</span>
              </li>
            ))}
          </ul>,
        ],
        [
          "Revision",
          <span key="revision" className="num">
            {task.revision}
          </span>,
        ],
        [
          "Priority",
          <span key="priority" className="num">
            {config.priority}
          </span>,
        ],
        ["Rollback", config.rollback_strategy],
        ["Time limit", `${config.timeout_seconds} s`],
        metadata.ticket_ref ? ["Ticket", metadata.ticket_ref] : null,
        metadata.team ? ["Team", metadata.team] : null,
        metadata.tags.length > 0 ? ["Tags", metadata.tags.join(", ")] : null,
        ["Source", task.source],
        ["Created", <Moment key="created" at={metadata.created_at} />],
        task.resubmitted_from
          ? [
              "Copy of",
              <Link key="from" href={`/tasks/${task.resubmitted_from}`} className="link">
                an earlier task
              </Link>,
            ]
          : null,
        [
          "Id",
          <code key="id" className="break-all select-all">
            {task.id}
          </code>,
        ],
        task.content_hash
          ? [
              "Content hash",
              <code key="hash" className="break-all select-all">
                {task.content_hash}
              </code>,
            ]
          : null,
      ]}
    />
  );
}
