import type { LockStatus } from "@ade/core/locks/schema";
import { LockKeyhole, Unplug } from "lucide-react";
import { useTicking } from "#lib/server-time.ts";
import { span } from "#lib/time-text.ts";

/** Why nothing is granted right now, what goes on all the same, and how much waits. */
export function LockBanner({ status }: { status: LockStatus }) {
  const { available, grace_until, queued_in_database: queued } = status;
  const wait = useTicking((now) => (grace_until ? Math.ceil((Date.parse(grace_until) - now) / 1000) : 0));
  const Icon = available ? LockKeyhole : Unplug;
  return (
    <p className="rise flex min-h-9 items-center justify-center gap-2 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-center text-warn">
      <Icon size={15} aria-hidden className="shrink-0" />
      <span>
        {available ? (
          <>
            <strong className="font-semibold">The lock store lost its memory and is checking.</strong> Those
            who hold a lock confirm it; new ones are granted{" "}
            <span aria-live="off" className="num">
              {wait > 0 ? `in ${span(wait)}` : "in a moment"}
            </span>
            .
          </>
        ) : (
          <>
            <strong className="font-semibold">The lock store is away: no lock is granted.</strong> Approvals
            and reading go on; what is approved is applied when it is back.
          </>
        )}{" "}
        <span aria-live="off" className="num">
          {queued === 0
            ? "No request waits."
            : `${queued} ${queued === 1 ? "request waits and keeps its" : "requests wait and keep their"} place.`}
        </span>
      </span>
    </p>
  );
}
