import type { ApprovalEntry } from "@ade/core/approvals/schema";
import { Ago, Left } from "#components/ui/time.tsx";
import { useTicking } from "#lib/server-time.ts";
import { AnswerSign } from "./answer-sign.tsx";

/** Each reviewer's answer, with its reason, and until when it can still be taken back. */
export function Answers({ approvals }: { approvals: readonly ApprovalEntry[] }) {
  const nameOf = (id: string | undefined) =>
    approvals.find(({ reviewer_id }) => reviewer_id === id)?.reviewer_name ?? "somebody else";
  const reviews = approvals.filter(({ kind }) => kind === "review");
  if (reviews.length === 0) return <p className="text-ink-3">Nobody has been asked.</p>;
  return (
    <ul className="flex flex-col divide-y divide-line">
      {reviews.map((approval) => (
        <li key={approval.id} className="flex flex-wrap items-center gap-x-3 py-1.5">
          <span className="font-medium">
            {approval.reviewer_name}
            {approval.action === "backlog" && (
              <span className="font-normal text-ink-3"> · not by them, by the backlog policy</span>
            )}
            {approval.by_admin && <span className="font-normal text-ink-3"> · as admin</span>}
          </span>
          <AnswerSign status={approval.status} />
          {approval.status === "DELEGATED" && (
            <span className="text-ink-2">to {nameOf(approval.delegated_to)}</span>
          )}
          <span className="ml-auto text-xs text-ink-3">
            <When approval={approval} />
          </span>
          {approval.reason && <p className="w-full text-ink-2">“{approval.reason}”</p>}
        </li>
      ))}
    </ul>
  );
}

function When({ approval }: { approval: ApprovalEntry }) {
  const { release_at, responded_at, due_at, status } = approval;
  const isHeld = useTicking((now) => release_at !== undefined && Date.parse(release_at) > now);
  if (release_at && isHeld) {
    return (
      <>
        in effect <Left until={release_at} form="in" />
      </>
    );
  }
  if (responded_at) return <Ago at={responded_at} />;
  return due_at && status === "PENDING" ? (
    <>
      due <Left until={due_at} form="in" />
    </>
  ) : null;
}
