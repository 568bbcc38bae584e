import type { TaskEntry } from "@ade/core/tasks/schema";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Scale } from "lucide-react";
import { Link } from "#components/link.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Who } from "#components/who.tsx";
import { queries } from "#lib/queries.ts";
import { taskTitle } from "#lib/task-title.ts";
import type { Agent } from "../agent-types.ts";

const OPEN = ["DRAFT", "SUBMITTED", "REVIEWING", "APPROVED", "APPLYING"] as const;
const MOST = 20;

/** Changes of permissions that are on their way, and the one that was just proposed, however far it is. */
export function OpenProposals({ agent, proposed }: { agent: Agent; proposed: string | null }) {
  const found = useQuery(
    queries.tasks({ resource_type: "agent", resource_id: agent.id, state: [...OPEN], limit: MOST }),
  );
  const mine = useQuery({ ...queries.taskView(proposed ?? ""), enabled: proposed !== null }).data?.task;
  const open = ((found.data?.tasks ?? []) as TaskEntry[]).filter(
    ({ id, config }) => config.parameters.agent_id === agent.id && id !== proposed,
  );
  const shown = [...(mine ? [mine as TaskEntry] : []), ...open];
  if (shown.length === 0) return null;
  return (
    <ul
      aria-label="Changes of permissions"
      className="flex flex-col divide-y divide-accent-line rounded-lg border border-accent-line bg-accent-soft px-3.5"
    >
      {shown.map((task) => (
        <li key={task.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5">
          <Scale size={15} aria-hidden className="shrink-0 text-accent" />
          <span className="min-w-0 flex-1 max-sm:basis-4/5">
            {task.id === proposed
              ? "The change of permissions is a task now. It holds once it is approved and applied."
              : taskTitle(task)}
          </span>
          <Who
            name={task.metadata.author_name}
            kind={task.metadata.author_kind}
            className="text-xs text-ink-2"
          />
          <TaskState state={task.state} result={task.execution?.result} />
          <Link
            href={`/tasks/${task.id}`}
            className="link inline-flex min-h-6 items-center gap-1 font-medium"
          >
            Open the task <ArrowRight size={13} aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}
