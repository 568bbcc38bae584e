import type { ApprovalEntry } from "@ade/core/approvals/schema";
import { Ban, CircleCheck, CircleDashed, CircleX, History, MessageSquareWarning } from "lucide-react";
import { Sign, type Tone } from "#components/ui/badge.tsx";
import { Ago, Left } from "#components/ui/time.tsx";

const LOOKS: Record<string, { word: string; tone: Tone; icon: typeof Ban }> = {
  PENDING: { word: "Waiting", tone: "neutral", icon: CircleDashed },
  APPROVED: { word: "Approved", tone: "good", icon: CircleCheck },
  REJECTED: { word: "Rejected", tone: "bad", icon: CircleX },
  CHANGES_REQUESTED: { word: "Asked for changes", tone: "warn", icon: MessageSquareWarning },
  SUPERSEDED: { word: "Superseded", tone: "neutral", icon: History },
  CLOSED: { word: "Closed", tone: "neutral", icon: Ban },
};

/** Each reviewer's answer, with its reason, and until when it can still be taken back. */
export function Answers({ approvals }: { approvals: readonly ApprovalEntry[] }) {
  if (approvals.length === 0) return <p className="text-ink-3">Nobody has been asked.</p>;
  return (
    <ul className="flex flex-col divide-y divide-line">
      {approvals.map((approval) => {
        const look = LOOKS[approval.status] ?? {
          word: approval.status,
          tone: "neutral" as const,
          icon: CircleDashed,
        };
        const Icon = look.icon;
        return (
          <li key={approval.id} className="flex flex-wrap items-center gap-x-3 py-1.5">
            <span className="font-medium">
              {approval.reviewer_name}
              {approval.action === "backlog" && (
                <span className="font-normal text-ink-3"> · not by them, by the backlog policy</span>
              )}
              {approval.by_admin && <span className="font-normal text-ink-3"> · as admin</span>}
            </span>
            <Sign tone={look.tone} icon={<Icon size={13} aria-hidden />}>
              {look.word}
            </Sign>
            <span className="ml-auto text-xs text-ink-3">
              {approval.release_at && !isPast(approval.release_at) ? (
                <>
                  in effect in <Left until={approval.release_at} />
                </>
              ) : approval.responded_at ? (
                <Ago at={approval.responded_at} />
              ) : approval.due_at && approval.status === "PENDING" ? (
                <Left until={approval.due_at} />
              ) : null}
            </span>
            {approval.reason && <p className="w-full text-ink-2">“{approval.reason}”</p>}
          </li>
        );
      })}
    </ul>
  );
}

function isPast(iso: string): boolean {
  return Date.parse(iso) <= Date.now();
}
