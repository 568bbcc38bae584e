import type { TaskView } from "@ade/core/views/schema";
import { ChevronDown, FileDiff } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { Ago, Left } from "#components/ui/time.tsx";
import { Who } from "#components/who.tsx";
import { Answers } from "#features/task/answers.tsx";
import { callOf } from "#features/task/call-view.tsx";
import { Changes } from "#features/task/changes.tsx";
import { Comments } from "#features/task/comments.tsx";
import { Facts, Part } from "#features/task/facts.tsx";
import { HeldBy } from "#features/task/held-by.tsx";
import { LocksOfTask } from "#features/task/locks-of-task.tsx";
import { Overrides } from "#features/task/overrides.tsx";
import { Requirements } from "#features/task/requirements.tsx";
import { keyOf, ResourceName } from "#features/task/resource-name.tsx";
import { RiskFactors } from "#features/task/risk-factors.tsx";
import { SinceLook } from "#features/task/since-look.tsx";
import { Timeline } from "#features/task/timeline.tsx";
import { isGrave } from "./grave.ts";

type Props = { view: TaskView; changesShown: boolean; showChanges: (shown: boolean) => void };

/** The facts that decide, in the order in which they are asked for. */
export function ItemBody({ view, changesShown, showChanges }: Props) {
  const { task } = view;
  const grave = isGrave(task.risk?.level);
  const shown = changesShown || !grave;
  const changes = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (changesShown) changes.current?.scrollIntoView({ block: "start", behavior: "smooth" });
  }, [changesShown]);
  const paragraphs = task.config.description.split("\n").slice(1).join("\n").trim();
  // What an agent wants to do now is read first: it is short, and waits for minutes at most.
  const isCall = task.preview?.changes.some(({ after }) => callOf(after)) ?? false;
  const whatChanges = (
    <div ref={changes} className="scroll-mt-3">
      <Part title="Changes" note={grave && <span>{shown ? "opened" : "open them before you approve"}</span>}>
        {!task.preview ? (
          <p className="text-ink-3">The preview is being made.</p>
        ) : shown ? (
          <Changes preview={task.preview} />
        ) : (
          <Button onClick={() => showChanges(true)} className="h-10! w-full">
            <FileDiff size={15} aria-hidden /> Show{" "}
            {task.preview.changes.length === 1 ? "the change" : `${task.preview.changes.length} changes`}
            <KeyOf of="show_changes" /> <ChevronDown size={14} aria-hidden />
          </Button>
        )}
      </Part>
    </div>
  );

  return (
    <div className="flex flex-col gap-6 pb-2">
      <Overrides view={view} />
      <div className="flex flex-col gap-3">
        {paragraphs && <p className="whitespace-pre-wrap text-ink-2">{paragraphs}</p>}
        <Facts
          facts={[
            [
              "Proposed by",
              <Who
                key="who"
                name={task.metadata.author_name}
                kind={task.metadata.author_kind}
                id={task.metadata.author_id}
              />,
            ],
            ["Touches", <Targets key="targets" view={view} />],
            task.metadata.ticket_ref ? ["Ticket", task.metadata.ticket_ref] : null,
            task.metadata.submitted_at
              ? ["Submitted", <Ago key="ago" at={task.metadata.submitted_at} />]
              : null,
            view.mine?.due_at && view.mine.status === "PENDING"
              ? ["Answer due", <Left key="left" until={view.mine.due_at} />]
              : null,
          ]}
        />
      </div>

      <SinceLook view={view} />
      {isCall && whatChanges}

      <Part
        title={view.mine ? "Why you" : "Who has to agree"}
        note={`${task.current_approvals} of ${task.required_approvals}`}
      >
        <Requirements view={view} />
        {view.held_by && <HeldBy held={view.held_by} />}
      </Part>

      {task.risk && (
        <Part title="Risk">
          <RiskFactors risk={task.risk} />
        </Part>
      )}

      {!isCall && whatChanges}

      <LocksOfTask locks={view.locks} />
      <Part title="Answers">
        <Answers approvals={view.approvals.filter((approval) => approval.revision === task.revision)} />
      </Part>
      <Part
        title="Comments"
        note={view.comments.length > 0 && <span className="num">{view.comments.length}</span>}
      >
        <Comments
          taskId={task.id}
          comments={view.comments}
          canComment={task.allowed_actions.includes("comment")}
        />
      </Part>
      <Part title="Timeline">
        <Timeline entries={view.timeline} />
      </Part>
    </div>
  );
}

function Targets({ view }: { view: TaskView }) {
  return (
    <ul>
      {view.task.config.resources.map((resource) => (
        <li key={keyOf(resource)}>
          <ResourceName resource={resource} />{" "}
          <span className="text-xs text-ink-3">{resource.actions.join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}
