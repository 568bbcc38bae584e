import type { Lock, LockMode, QueuedLock } from "@ade/core/locks/schema";
import { FileCog, Gauge, Hourglass, KeyRound, type LucideIcon, Pencil, Users } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { span } from "#lib/time-text.ts";
import type { Names, Party } from "./use-names.ts";

const KIND_ICON: Record<Lock["resource_type"], LucideIcon> = {
  task: FileCog,
  resource: KeyRound,
  agent: Gauge,
};

export function KindIcon({ kind }: { kind: Lock["resource_type"] }) {
  const Icon = KIND_ICON[kind];
  return <Icon size={14} role="img" aria-label={kind} className="shrink-0 text-ink-3" />;
}

/** An agent's lock is one slot of its capacity, whatever mode it was asked for in. */
export function ModeBadge({ mode, kind }: { mode: LockMode; kind: Lock["resource_type"] }) {
  if (kind === "agent") return <Badge icon={<Gauge size={11} aria-hidden />}>slot</Badge>;
  if (mode === "exclusive") return <Badge icon={<Pencil size={11} aria-hidden />}>exclusive</Badge>;
  return (
    <Badge tone="accent" icon={<Users size={11} aria-hidden />}>
      shared
    </Badge>
  );
}

/** Who answers for it, and the owner where that is somebody else: a task's page, or a program's own name for it. */
export function PartyName({ party, names }: { party: Party; names: Names }) {
  const owner = names.ownerOf(party);
  return (
    <>
      <span className="block truncate" title={party.agent_id}>
        {names.nameOf(party.agent_id)}
      </span>
      {owner && (
        <span className="block truncate text-ink-3" title={party.owner_id}>
          {owner.taskId ? (
            <Link href={`/tasks/${owner.taskId}`} className="link relative">
              {owner.text}
            </Link>
          ) : (
            owner.text
          )}
        </span>
      )}
    </>
  );
}

/** The same in one line. */
export function PartyInline({ party, names }: { party: Party; names: Names }) {
  const owner = names.ownerOf(party);
  return (
    <>
      {names.nameOf(party.agent_id)}
      {owner && <span className="font-normal text-ink-3"> {owner.text}</span>}
    </>
  );
}

/** How many wait, and when the next of them may get it. */
export function Waiting({ lock }: { lock: QueuedLock }) {
  const next = lock.queue[0];
  if (lock.queue_length === 0) return <span className="text-xs text-ink-3 max-sm:hidden">nobody</span>;
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-xs">
      <Hourglass size={12} aria-hidden className="shrink-0 text-warn" />
      <span className="truncate">
        <span className="num font-medium">{lock.queue_length.toLocaleString("en")}</span> waiting
        {next && next.estimated_wait_seconds !== null && (
          <span className="num text-ink-3"> · next in about {span(next.estimated_wait_seconds)}</span>
        )}
      </span>
    </span>
  );
}
