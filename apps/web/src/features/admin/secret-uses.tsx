import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "#components/link.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { api } from "#lib/api.ts";

const usesQuery = (name: string) =>
  queryOptions({
    queryKey: ["secrets", "uses", name],
    queryFn: ({ signal }) => api.secrets.uses.query({ name }, { signal }),
  });

/** The tasks that still need a secret. */
export function SecretUses({ name }: { name: string }) {
  const uses = useQuery(usesQuery(name));
  return (
    <Resolved query={uses} what="The tasks" loading={<SkeletonRows rows={2} />}>
      {({ tasks }) =>
        tasks.length === 0 ? (
          <p className="py-1 text-ink-3">No open task names it.</p>
        ) : (
          <ul aria-label="Open tasks that name it" className="divide-y divide-line">
            {tasks.map((task) => (
              <li key={task.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-1.5">
                <Link href={`/tasks/${task.id}`} className="min-w-0 flex-1 basis-48 truncate">
                  {task.description}
                </Link>
                <code className="truncate text-xs text-ink-3">{task.references.join(", ")}</code>
                <TaskState state={task.state} />
              </li>
            ))}
          </ul>
        )
      }
    </Resolved>
  );
}
