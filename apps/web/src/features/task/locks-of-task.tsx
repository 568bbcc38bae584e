import type { TaskView } from "@ade/core/views/schema";
import { Lock } from "lucide-react";
import { Left } from "#components/ui/time.tsx";
import { Part } from "./facts.tsx";
import { Notes } from "./notes.tsx";

/** Locks that it holds, and who holds what it needs. Nothing where there is nothing to say. */
export function LocksOfTask({ locks }: { locks: TaskView["locks"] }) {
  if (locks.known && locks.held.length === 0 && locks.blocked_by.length === 0) return null;
  return (
    <Part title="Locks">
      {!locks.known && (
        <Notes
          tone="warn"
          notes={["The lock service does not answer: nobody knows right now who holds what."]}
        />
      )}
      <ul className="flex flex-col gap-1">
        {locks.blocked_by.map((lock) => (
          <li key={lock.key} className="flex flex-wrap items-baseline gap-x-2">
            <Lock size={12} aria-hidden className="self-center text-warn" />
            <code className="text-xs break-all">{lock.key}</code>
            <span className="text-ink-2">
              held by {lock.holder}
              {lock.purpose && ` for ${lock.purpose}`}
            </span>
            <Left until={lock.expires_at} className="ml-auto text-xs text-ink-3" />
          </li>
        ))}
        {locks.held.map((lock) => (
          <li key={lock.key} className="flex flex-wrap items-baseline gap-x-2">
            <Lock size={12} aria-hidden className="self-center text-good" />
            <code className="text-xs break-all">{lock.key}</code>
            <span className="text-ink-3">
              held, token <span className="num">{lock.fencing_token}</span>
            </span>
            <Left until={lock.expires_at} className="ml-auto text-xs text-ink-3" />
          </li>
        ))}
      </ul>
    </Part>
  );
}
