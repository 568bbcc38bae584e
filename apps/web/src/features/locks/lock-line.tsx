import type { Lock } from "@ade/core/locks/schema";
import clsx from "clsx";
import { FileCog, Gauge, KeyRound, type LucideIcon, Pencil, Users } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { useTicking } from "#lib/server-time.ts";

const KIND_ICON: Record<Lock["resource_type"], LucideIcon> = {
  task: FileCog,
  resource: KeyRound,
  agent: Gauge,
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

export function LocksHead() {
  return (
    <thead className="sticky top-0 z-10 bg-surface max-sm:hidden">
      <tr className="caption border-b border-line text-left *:px-2 *:py-1.5 *:font-medium first:*:pl-4">
        <th scope="col">Locked</th>
        <th scope="col">Mode</th>
        <th scope="col">Holder</th>
        <th scope="col" className="text-right">
          Held
        </th>
        <th scope="col">Time to live</th>
        <th scope="col" className="text-right">
          Fencing token
        </th>
        <th scope="col">
          <span className="sr-only">Action</span>
        </th>
      </tr>
    </thead>
  );
}

/** One held lock: a row of the table, a card on a phone. */
export function LockLine({ lock, onRelease }: { lock: Lock; onRelease: () => void }) {
  const Icon = KIND_ICON[lock.resource_type];
  return (
    <tr className="border-b border-line align-middle hover:bg-hover *:px-2 *:py-2 first:*:pl-4 max-sm:grid max-sm:grid-cols-[1fr_auto] max-sm:px-2 max-sm:py-1.5">
      <td className="max-w-md min-w-0 max-sm:col-span-2">
        <span className="flex min-w-0 items-center gap-2">
          <Icon size={14} role="img" aria-label={lock.resource_type} className="shrink-0 text-ink-3" />
          <span className="min-w-0">
            <span className="block truncate font-mono text-xs" title={lock.key}>
              {lock.resource_id}
            </span>
            {lock.purpose && <span className="block truncate text-xs text-ink-3">{lock.purpose}</span>}
          </span>
        </span>
      </td>
      <td>
        {lock.mode === "exclusive" ? (
          <Badge icon={<Pencil size={11} aria-hidden />}>exclusive</Badge>
        ) : (
          <Badge tone="accent" icon={<Users size={11} aria-hidden />}>
            shared
          </Badge>
        )}
      </td>
      <td className="min-w-0 text-xs max-sm:order-last max-sm:col-span-2">
        <span className="block max-w-56 truncate" title={lock.agent_id}>
          {lock.agent_id}
        </span>
        <Owner id={lock.owner_id} />
      </td>
      <td className="text-right text-ink-2 max-sm:hidden">
        <Ago at={lock.acquired_at} bare />
      </td>
      <td className="max-sm:order-last">
        <TimeToLive lock={lock} />
      </td>
      <td className="num text-right font-mono text-xs text-ink-2 max-sm:hidden">{lock.fencing_token}</td>
      <td className="text-right max-sm:order-last">
        <Button
          size="small"
          look="danger"
          acts
          onClick={onRelease}
          aria-label={`Force the release of ${lock.key}`}
        >
          Release
        </Button>
      </td>
    </tr>
  );
}

/** A task that holds it is a page; other owners are names of their programs. */
function Owner({ id }: { id: string }) {
  if (!UUID.test(id)) return <span className="block max-w-56 truncate text-ink-3">{id}</span>;
  return (
    <Link href={`/tasks/${id}`} className="link">
      task …{id.slice(-6)}
    </Link>
  );
}

const LOW_PART = 1 / 3;

/** Seconds until it expires, ticking, as a bar of its whole lease. A heartbeat fills it again. */
function TimeToLive({ lock }: { lock: Lock }) {
  const seconds = useTicking((now) => Math.max(0, Math.ceil((Date.parse(lock.expires_at) - now) / 1000)));
  const whole = Math.max(seconds, 30);
  const isLow = seconds < whole * LOW_PART;
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="h-1.5 w-20 overflow-hidden rounded-full bg-sunken">
        <span
          className={clsx(
            "block h-full rounded-full transition-[width] duration-1000 ease-linear",
            isLow ? "bg-warn" : "bg-accent",
          )}
          style={{ width: `${Math.min(100, (seconds / whole) * 100)}%` }}
        />
      </span>
      <span className={clsx("num w-10 text-right text-xs", isLow ? "font-medium text-warn" : "text-ink-2")}>
        {seconds} s
      </span>
    </span>
  );
}
