import type { TaskView } from "@ade/core/views/schema";
import { Hourglass, Lock, LockKeyhole } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Left } from "#components/ui/time.tsx";
import { waitText } from "#features/locks/wait-text.ts";
import { useMe } from "#lib/session.ts";
import { Part } from "./facts.tsx";
import { Notes } from "./notes.tsx";

type Blocker = TaskView["locks"]["blocked_by"][number];

/** Who blocks it: what it needs and somebody else holds, its place there, and what it holds itself. Nothing where there is nothing to say. */
export function LocksOfTask({ locks }: { locks: TaskView["locks"] }) {
  const isAdmin = useMe()?.roles.includes("admin") ?? false;
  const { known, held, blocked_by } = locks;
  if (known && held.length === 0 && blocked_by.length === 0) return null;
  return (
    <Part
      title="Locks"
      note={
        blocked_by.length > 0 && (
          <span className="num font-medium text-warn">
            {blocked_by.length === 1 ? "1 held by another" : `${blocked_by.length} held by others`}
          </span>
        )
      }
    >
      {!known && (
        <Notes
          tone="warn"
          notes={["The lock service does not answer: nobody knows right now who holds what."]}
        />
      )}
      <ul className="flex flex-col gap-2">
        {blocked_by.map((lock) => (
          <li key={lock.key} className="flex gap-2">
            <Lock size={13} role="img" aria-label="Blocked by" className="mt-1 shrink-0 text-warn" />
            <div className="min-w-0 flex-1">
              <Key name={lock.key} isAdmin={isAdmin} />
              <Holder lock={lock} />
              <Place lock={lock} />
            </div>
          </li>
        ))}
        {held.map((lock) => (
          <li key={lock.key} className="flex gap-2">
            <LockKeyhole size={13} role="img" aria-label="Holds" className="mt-1 shrink-0 text-good" />
            <div className="min-w-0 flex-1">
              <Key name={lock.key} isAdmin={isAdmin} />
              <p className="flex flex-wrap items-baseline gap-x-2 text-xs text-ink-3">
                <span>
                  held, token <span className="num">{lock.fencing_token}</span>
                </span>
                <Left until={lock.expires_at} className="ml-auto" />
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Holder({ lock: { holder, holder_task_id, purpose, expires_at } }: { lock: Blocker }) {
  if (holder === null) {
    return <p className="text-ink-2">free again after a short delay: its last holder was lost</p>;
  }
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 text-ink-2">
      <span className="min-w-0">
        held by{" "}
        {holder_task_id ? (
          <Link href={`/tasks/${holder_task_id}`} className="link">
            {holder}
          </Link>
        ) : (
          <span className="font-medium text-ink">{holder}</span>
        )}
        {purpose && ` (${purpose})`}
      </span>
      {expires_at && <Left until={expires_at} className="ml-auto text-xs" />}
    </p>
  );
}

/** Where it stands in the queue, and how long that may take. */
function Place({ lock }: { lock: Blocker }) {
  if (lock.queue_position === null) return null;
  return (
    <p className="num flex items-center gap-1.5 text-xs text-ink-2">
      <Hourglass size={11} aria-hidden className="shrink-0" />
      {lock.queue_position === 1 ? "next in the queue" : `place ${lock.queue_position} in the queue`},{" "}
      {waitText(lock)}
    </p>
  );
}

function Key({ name, isAdmin }: { name: string; isAdmin: boolean }) {
  const text = <code className="text-xs break-all">{name}</code>;
  if (!isAdmin) return text;
  return (
    <Link
      href={`/locks?key=${encodeURIComponent(name)}`}
      aria-label={`${name}: who holds it and who waits`}
      className="link"
    >
      {text}
    </Link>
  );
}
