import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago } from "#components/ui/time.tsx";
import { ModeBadge } from "#features/locks/lock-parts.tsx";
import { TimeToLive } from "#features/locks/time-to-live.tsx";
import { waitText } from "#features/locks/wait-text.ts";
import { Part } from "#features/task/facts.tsx";
import { queries } from "#lib/queries.ts";

/** What it holds, and what it waits for. */
export function LocksOfAgent({ agentId, mayRead }: { agentId: string; mayRead: boolean }) {
  const held = useQuery({ ...queries.locks({ agent_id: agentId }, ""), enabled: mayRead });
  const graph = useQuery({ ...queries.lockGraph(), enabled: mayRead });
  if (!mayRead) {
    return (
      <Part title="Locks">
        <p className="text-ink-3">Admins see what is locked and who waits.</p>
      </Part>
    );
  }
  const waits = (graph.data?.keys ?? []).flatMap(({ key, resource_type, queue }) =>
    queue
      .filter((waiter) => waiter.agent_id === agentId)
      .map((waiter) => ({ ...waiter, key, resource_type })),
  );
  return (
    <Part
      title="Locks"
      note={
        <Link href={`/locks?holder=${agentId}`} className="link inline-flex min-h-6 items-center gap-1">
          in the list <ArrowRight size={12} aria-hidden />
        </Link>
      }
    >
      <Resolved query={held} what="Its locks" loading={<div className="skeleton h-10" />}>
        {({ locks }) =>
          locks.length + waits.length === 0 ? (
            <p className="text-ink-3">It holds nothing and waits for nothing.</p>
          ) : (
            <ul aria-label="Locks" className="card divide-y divide-line overflow-hidden">
              {locks.map((lock) => (
                <li key={lock.id} className="flex min-h-10 flex-wrap items-center gap-x-3 px-3 py-1.5">
                  <KeyLink name={lock.key} />
                  <span className="text-xs text-ink-2">holds</span>
                  <ModeBadge mode={lock.mode} kind={lock.resource_type} />
                  <TimeToLive lock={lock} />
                </li>
              ))}
              {waits.map((wait) => (
                <li
                  key={wait.request_id}
                  className="flex min-h-10 flex-wrap items-center gap-x-3 px-3 py-1.5"
                >
                  <KeyLink name={wait.key} />
                  <span className="num text-xs text-warn">waits, place {wait.queue_position}</span>
                  <ModeBadge mode={wait.mode} kind={wait.resource_type} />
                  <span className="num text-xs text-ink-3">
                    {waitText(wait)} · asked <Ago at={wait.requested_at} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Resolved>
    </Part>
  );
}

function KeyLink({ name }: { name: string }) {
  return (
    <Link
      href={`/locks?key=${encodeURIComponent(name)}`}
      title={name}
      className="min-w-0 flex-1 truncate font-mono text-xs hover:text-accent hover:underline max-sm:basis-full"
    >
      {name.replace(/^resource:/, "")}
    </Link>
  );
}
