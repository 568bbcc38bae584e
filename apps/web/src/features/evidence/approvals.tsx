import type { ApprovalEntry } from "@ade/core/approvals/schema";
import type { TaskView } from "@ade/core/views/schema";
import { AnswerSign } from "#features/task/answer-sign.tsx";
import { Stamp } from "./stamp.tsx";

/** What each policy demanded, and every answer with the content that it was given to and its place in the record. */
export function Approvals({ view }: { view: TaskView }) {
  const reviews = view.approvals
    .filter(({ kind }) => kind === "review")
    .toSorted((a, b) => a.revision - b.revision || a.created_at.localeCompare(b.created_at));
  return (
    <>
      {view.requirements.length === 0 ? (
        <p className="text-ink-3">No policy has been asked yet.</p>
      ) : (
        <ul className="flex list-disc flex-col gap-1 pl-5">
          {view.requirements.map(({ id, policy, demand, why, waived, overridden, met }) => (
            <li key={id}>
              <span className="font-medium">{policy}</span>: {demand || "nobody"}
              <span className="text-ink-2">
                {" "}
                · {overridden ? "overridden" : waived ? "waived" : met ? "met" : "not met"}
                {why !== demand && ` · ${why}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {reviews.length === 0 ? (
        <p className="text-ink-3">Nobody was asked.</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {reviews.map((approval) => (
            <Answer key={approval.id} approval={approval} view={view} />
          ))}
        </ul>
      )}
    </>
  );
}

function Answer({ approval, view }: { approval: ApprovalEntry; view: TaskView }) {
  // The last word counts: who took an answer back has given another since.
  const entry = view.timeline.findLast(
    ({ entity_id, action }) => entity_id === approval.id && action.startsWith("approval.respond"),
  );
  return (
    <li className="flex flex-col gap-0.5 py-2 break-inside-avoid">
      <p className="flex flex-wrap items-center gap-x-3">
        <span className="font-medium">{approval.reviewer_name}</span>
        <AnswerSign status={approval.status} />
        {approval.action && approval.status === "SUPERSEDED" && (
          <span className="text-ink-2">had said {approval.action.replaceAll("_", " ")}</span>
        )}
        {approval.by_admin && <span className="text-ink-2">as admin</span>}
        <span className="text-xs text-ink-3">
          revision <span className="num">{approval.revision}</span>
        </span>
        <span className="ml-auto text-xs text-ink-2">
          {approval.responded_at ? <Stamp at={approval.responded_at} /> : "no answer"}
        </span>
      </p>
      {approval.why.map(({ requirement_id, policy, via }) => (
        <p key={requirement_id} className="text-xs text-ink-3">
          asked by {policy}
          {via.length > 1 && `, by way of ${via.join(" → ")}`}
        </p>
      ))}
      {approval.reason && <p>“{approval.reason}”</p>}
      {approval.content_hash && (
        <p className="text-xs text-ink-3">
          to the content <code className="break-all">{approval.content_hash}</code>
        </p>
      )}
      {entry && (
        <p className="text-xs text-ink-3">
          {entry.seq === null ? (
            "not sealed yet"
          ) : (
            <>
              sealed as entry <span className="num">{entry.seq}</span>,{" "}
              <code className="break-all">{entry.hash}</code>
            </>
          )}
        </p>
      )}
    </li>
  );
}
