import type { TaskEntry } from "@ade/core/tasks/schema";
import { Link } from "#components/link.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Ago } from "#components/ui/time.tsx";
import { taskTitle } from "#lib/task-title.ts";

/** The list on a phone: one card a task, the whole of it a link. */
export function TaskCards({ tasks }: { tasks: readonly TaskEntry[] }) {
  return (
    <ul aria-label="Tasks" className="min-h-0 flex-1 overflow-y-auto">
      {tasks.map((task) => (
        <li key={task.id}>
          <Link
            href={`/tasks/${task.id}`}
            className="flex min-h-19 flex-col justify-center gap-1 border-b border-line px-4 py-2 outline-offset-[-2px]! hover:bg-hover"
          >
            <span className="flex items-center justify-between gap-2 text-xs">
              <RiskMeter score={task.risk?.score} level={task.risk?.level} />
              <TaskState state={task.state} result={task.execution?.result} plain />
            </span>
            <span className="truncate text-base font-medium">{taskTitle(task)}</span>
            <span className="flex justify-between gap-2 text-xs text-ink-3">
              <span className="truncate">{task.metadata.author_name}</span>
              <Ago at={task.metadata.created_at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
