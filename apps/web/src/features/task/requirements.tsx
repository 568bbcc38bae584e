import type { ApprovalEntry } from "@ade/core/approvals/schema";
import type { TaskView } from "@ade/core/views/schema";
import { CircleCheck, CircleDashed, CornerDownRight, Hourglass, ShieldCheck } from "lucide-react";
import { Sign } from "#components/ui/badge.tsx";
import { useMe } from "#lib/session.ts";
import { AnswerSign } from "./answer-sign.tsx";

type Requirement = TaskView["requirements"][number];

/** Each policy that matched: what it demands and why, who may meet it and how they came to be asked, what it lacks. */
export function Requirements({ view }: { view: TaskView }) {
  const me = useMe();
  const asked = view.approvals.filter(
    ({ kind, revision, status }) =>
      kind === "review" && revision === view.task.revision && status !== "DELEGATED",
  );
  if (view.requirements.length === 0)
    return <p className="text-ink-3">Its policies are looked up when it is submitted.</p>;
  return (
    <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
      {view.requirements.map((requirement) => (
        <li key={requirement.id} className="flex flex-col gap-1 px-3 py-2">
          <div className="flex items-center gap-2">
            <span className="min-w-0 flex-1 truncate font-medium">{requirement.policy}</span>
            <span className="text-xs">
              <State requirement={requirement} view={view} />
            </span>
          </div>
          <p>{requirement.demand}</p>
          {requirement.why !== requirement.demand && (
            <p className="text-xs text-ink-3 first-letter:uppercase">{requirement.why}</p>
          )}
          <ul aria-label={`Who may meet ${requirement.policy}`} className="mt-0.5 flex flex-col gap-0.5">
            {asked
              .filter((approval) => approval.requirement_ids.includes(requirement.id))
              .map((approval) => (
                <Asked
                  key={approval.id}
                  approval={approval}
                  requirementId={requirement.id}
                  isMe={approval.reviewer_id === me?.id}
                />
              ))}
          </ul>
          {requirement.missing && (
            <p className="mt-0.5 flex gap-1.5 text-warn">
              <Hourglass size={13} aria-hidden className="mt-1 shrink-0" />
              <span>
                {requirement.missing === requirement.demand
                  ? "Nobody has agreed yet"
                  : `Still missing: ${requirement.missing}`}
              </span>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function State({ requirement, view }: { requirement: Requirement; view: TaskView }) {
  const { waived, met, overridden } = requirement;
  const { task, overrides } = view;
  const isForced = overrides.some(
    ({ kind, status, revision }) =>
      kind === "force_apply" && status === "confirmed" && revision === task.revision,
  );
  if (overridden || (isForced && !met && !waived)) {
    return (
      <Sign tone="high" icon={<ShieldCheck size={13} aria-hidden />}>
        Passed by override
      </Sign>
    );
  }
  const isDone = met || waived;
  const Icon = isDone ? CircleCheck : CircleDashed;
  return (
    <Sign tone={isDone ? "good" : "neutral"} icon={<Icon size={13} aria-hidden />}>
      {waived ? "Waived" : met ? "Met" : task.state === "REVIEWING" ? "Open" : "Not met"}
    </Sign>
  );
}

type AskedProps = { approval: ApprovalEntry; requirementId: string; isMe: boolean };

/** One person who is asked, what they said, and the path by which it came to them. */
function Asked({ approval, requirementId, isMe }: AskedProps) {
  const ways = approval.why.filter((why) => why.requirement_id === requirementId);
  return (
    <li className="flex flex-col">
      <span className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate">
          {approval.reviewer_name}
          {isMe && <span className="text-ink-3"> (you)</span>}
        </span>
        <span className="text-xs">
          <AnswerSign status={approval.status} />
        </span>
      </span>
      {ways.map(({ via, note }) => (
        <span key={via.join()} className="flex flex-col text-xs text-ink-3">
          {via.length > 1 && (
            <span className="flex items-center gap-1">
              <CornerDownRight size={12} aria-hidden className="shrink-0" />
              <span>
                for {via[0]}
                {via.length > 2 ? `, by way of ${via.slice(1, -1).join(" and ")}` : ""}
                <span className="sr-only">. </span>
                <span aria-hidden> · {via.join(" → ")}</span>
              </span>
            </span>
          )}
          {note && <span className="pl-4 first-letter:uppercase">{note}</span>}
        </span>
      ))}
    </li>
  );
}
