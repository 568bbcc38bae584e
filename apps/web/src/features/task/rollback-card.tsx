import type { TaskView } from "@ade/core/views/schema";
import { Link } from "#components/link.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Moment } from "#components/ui/time.tsx";
import { Part } from "./facts.tsx";

/** Whether what was applied can be brought back, until when, and what has been proposed for that. */
export function RollbackCard({ view }: { view: TaskView }) {
  const { rollback, task } = view;
  if (task.rollback_of) {
    return (
      <Part title="Rollback">
        <p className="text-ink-2">
          Brings back what{" "}
          <Link href={`/tasks/${task.rollback_of}`} className="link">
            an earlier task
          </Link>{" "}
          did, from what was kept then. It is refused where somebody has changed things since.
        </p>
      </Part>
    );
  }
  if (!rollback) return null;
  return (
    <Part title="Rollback">
      <p className="text-ink-2">
        {rollback.refused ?? (
          <>
            It can be rolled back
            {rollback.kept_until && (
              <>
                {" "}
                until <Moment at={rollback.kept_until} />
              </>
            )}
            , through review.
          </>
        )}
      </p>
      {rollback.tasks.length > 0 && (
        <ul className="flex flex-col gap-1">
          {rollback.tasks.map(({ id, state, result, created_at }) => (
            <li key={id} className="flex flex-wrap items-center gap-2">
              <TaskState state={state} {...(result && { result })} />
              <Link href={`/tasks/${id}`} className="link">
                Rollback
              </Link>
              <Moment at={created_at} className="ml-auto text-xs text-ink-3" />
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}
