import type { TaskView } from "@ade/core/views/schema";
import { Lock, LockKeyhole } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Left } from "#components/ui/time.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { useMe } from "#lib/session.ts";
import { Part } from "./facts.tsx";
import { Notes } from "./notes.tsx";

const PlaceInQueue = onDemand(() =>
  import("#features/locks/place-in-queue.tsx").then((file) => file.PlaceInQueue),
);

type Props = { taskId: string; locks: TaskView["locks"] };

/** Who blocks it: what it needs and somebody else holds, and what it holds itself. Nothing where there is nothing to say. */
export function LocksOfTask({ taskId, locks }: Props) {
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
              <p className="flex flex-wrap items-baseline gap-x-2 text-ink-2">
                <span className="min-w-0">
                  held by <span className="font-medium text-ink">{lock.holder}</span>
                  {lock.purpose && ` for ${lock.purpose}`}
                </span>
                <Left until={lock.expires_at} className="ml-auto text-xs" />
              </p>
              {isAdmin && <PlaceInQueue lockKey={lock.key} ownerId={taskId} />}
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
