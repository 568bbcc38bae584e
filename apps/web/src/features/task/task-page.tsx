import { useQuery } from "@tanstack/react-query";
import { FileCheck } from "lucide-react";
import { useRouter } from "next/router";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { TaskState } from "#components/task-state.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { queries } from "#lib/queries.ts";
import { taskTitle } from "#lib/task-title.ts";
import { Lookers } from "./lookers.tsx";
import { TaskActions } from "./task-actions.tsx";
import { TaskBody } from "./task-body.tsx";

/** Everything about one task, live. */
export function TaskPage() {
  const router = useRouter();
  const id = typeof router.query.id === "string" ? router.query.id : "";
  const query = useQuery({ ...queries.taskView(id), enabled: id !== "" });
  const view = query.data;
  return (
    <>
      <PageBar
        title={view ? taskTitle(view.task) : "Task"}
        note={
          view && (
            <>
              <TaskState state={view.task.state} result={view.task.execution?.result} />
              <span className="text-xs">
                <Lookers taskId={view.task.id} revision={view.task.revision} />
              </span>
            </>
          )
        }
      >
        {view && <TaskActions view={view} />}
        <Link href={`/tasks/${id}/evidence`} className={buttonClass("quiet")}>
          <FileCheck size={15} aria-hidden /> Evidence
        </Link>
      </PageBar>
      <div className="print-flow min-h-0 flex-1 overflow-y-auto" data-print>
        <Resolved query={query} what="This task" loading={<TaskSkeleton />}>
          {(data) => <TaskBody view={data} />}
        </Resolved>
      </div>
    </>
  );
}

function TaskSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto flex max-w-6xl flex-col gap-6 px-4 py-6">
      <div className="skeleton h-10" />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="skeleton h-80" />
        <div className="skeleton h-60" />
      </div>
    </div>
  );
}
