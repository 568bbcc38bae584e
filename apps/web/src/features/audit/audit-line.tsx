import type { AuditEntry } from "@ade/core/ledger/schema";
import { ArrowRight, Bot, ChevronRight, Cog, User } from "lucide-react";
import { useState } from "react";
import { Link } from "#components/link.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { UrlChange } from "#lib/url-state.ts";

type Props = { entry: AuditEntry; choose: (change: UrlChange) => void };

/** One entry: when, who, what, from where to where, why. Opens to everything that is kept of it. */
export function AuditLine({ entry, choose }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const Icon = entry.actor_kind === "agent" ? Bot : entry.actor_kind === "user" ? User : Cog;
  const kind = entry.actor_kind === "user" ? "Person" : entry.actor_kind === "agent" ? "Agent" : "System";
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex min-h-9 w-full items-center gap-x-3 px-4 py-1.5 text-left outline-offset-[-2px]! hover:bg-hover max-sm:flex-wrap"
      >
        <ChevronRight
          size={13}
          aria-hidden
          className={`shrink-0 text-ink-3 transition-transform ${isOpen ? "rotate-90" : ""}`}
        />
        <Moment at={entry.at} className="w-30 shrink-0 text-xs text-ink-2" />
        <span className="flex w-36 shrink-0 items-center gap-1.5 max-sm:w-auto">
          <Icon size={13} role="img" aria-label={kind} className="shrink-0 text-ink-3" />
          <span className="truncate">{entry.actor_name}</span>
        </span>
        <span className="shrink-0 font-mono text-xs sm:w-44">{entry.action}</span>
        <States entry={entry} />
        <span className="min-w-0 flex-1 truncate text-ink-2 max-sm:basis-full">{entry.reason}</span>
        <span className="num shrink-0 text-right text-2xs text-ink-3 max-sm:hidden">
          {entry.seq === null ? "not sealed yet" : `#${entry.seq}`}
        </span>
      </button>
      {isOpen && <Details entry={entry} choose={choose} />}
    </li>
  );
}

function States({ entry }: { entry: AuditEntry }) {
  if (!entry.to_state) return <span className="hidden w-48 shrink-0 lg:block" />;
  return (
    <span className="hidden w-48 shrink-0 items-center gap-1 text-2xs text-ink-2 lg:flex">
      {entry.from_state && (
        <>
          {entry.from_state}
          <ArrowRight size={11} role="img" aria-label="to" className="text-ink-3" />
        </>
      )}
      <b className="font-semibold text-ink">{entry.to_state}</b>
    </span>
  );
}

function Details({ entry, choose }: Props) {
  const facts: [string, string | null | undefined][] = [
    ["Entry", entry.id],
    ["Hash", entry.hash],
    ["Proved by", entry.via],
    ["On behalf of", entry.on_behalf_of],
    ["Service", entry.service],
    ["Request", entry.request_id],
    ["Ticket", entry.ticket_ref],
    ["Address", entry.ip],
    ["Program", entry.user_agent],
  ];
  return (
    <div className="flex flex-col gap-3 border-t border-line bg-sunken px-4 py-3 sm:pl-11">
      <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs">
        {entry.task_id && entry.action !== "task.deleted" && (
          <Link href={`/tasks/${entry.task_id}`} className="link">
            Open the task
          </Link>
        )}
        {entry.task_id && (
          <button type="button" className="link" onClick={() => choose({ task_id: entry.task_id })}>
            Only this task
          </button>
        )}
        <button type="button" className="link" onClick={() => choose({ actor_id: entry.actor_id })}>
          Only {entry.actor_name}
        </button>
        <button type="button" className="link" onClick={() => choose({ action: entry.action })}>
          Only {entry.action}
        </button>
      </p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{name}</dt>
              <dd className="min-w-0 font-mono break-all">{value}</dd>
            </div>
          ))}
      </dl>
      {Object.keys(entry.detail).length > 0 && (
        <pre className="rounded-md border border-line bg-surface p-2 font-mono text-2xs whitespace-pre-wrap break-all">
          {JSON.stringify(entry.detail, null, 2)}
        </pre>
      )}
    </div>
  );
}
