import type { ListTasksQuery, TaskState as State, TaskEntry } from "@ade/core/tasks/schema";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, ListTodo, Plus, SearchX } from "lucide-react";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState } from "#components/ui/states.tsx";
import { useMedia } from "#lib/media.ts";
import { queries } from "#lib/queries.ts";
import { useUrlState } from "#lib/url-state.ts";
import { TaskCards } from "./task-cards.tsx";
import { TaskFilters } from "./task-filters.tsx";
import { TaskTable } from "./task-table.tsx";

const PAGE_ROWS = 50;

export function TasksPage() {
  const url = useUrlState();
  const isCard = useMedia("(max-width: 40rem)");
  const page = Math.max(1, Number(url.text("page")) || 1);
  const query: Partial<ListTasksQuery> = {
    page,
    limit: PAGE_ROWS,
    ...(url.text("q") && { search: url.text("q") }),
    ...(url.list("state").length > 0 && { state: url.list("state") as State[] }),
    ...(url.text("risk") && { risk_level: url.text("risk") as NonNullable<ListTasksQuery["risk_level"]> }),
    ...(url.text("resource_type") && {
      resource_type: url.text("resource_type") as NonNullable<ListTasksQuery["resource_type"]>,
    }),
    ...(url.text("author") && { author_id: url.text("author") }),
    ...(url.text("needs_me") && { needs_my_approval: true }),
    ...(url.text("archived") && { archived: true }),
    sort_by: (url.text("sort") || "created_at") as ListTasksQuery["sort_by"],
    sort_order: url.text("order") === "asc" ? "asc" : "desc",
  };
  const tasks = useQuery({ ...queries.tasks(query), enabled: url.isReady });
  const isFiltered = ["q", "state", "risk", "resource_type", "author", "needs_me", "archived"].some((name) =>
    url.text(name),
  );
  const total = tasks.data?.pagination.total;

  return (
    <>
      <PageBar
        title="Tasks"
        note={
          total !== undefined && (
            <span className="num text-ink-3">
              {total.toLocaleString("en")}
              {!tasks.data?.pagination.total_is_exact && "+"}
            </span>
          )
        }
      >
        <Link href="/tasks/new" className={buttonClass("primary")}>
          <Plus size={15} aria-hidden /> New task
        </Link>
      </PageBar>
      <TaskFilters url={url} />
      <Resolved query={tasks} what="The tasks">
        {({ tasks: rows, pagination }) =>
          rows.length === 0 ? (
            <NoTasks
              isFiltered={isFiltered}
              clear={() => url.set(Object.fromEntries(CLEARED.map((name) => [name, null])))}
            />
          ) : (
            <>
              {isCard ? (
                <TaskCards tasks={rows as TaskEntry[]} />
              ) : (
                <TaskTable tasks={rows as TaskEntry[]} url={url} />
              )}
              <footer className="flex h-10 shrink-0 items-center gap-2 border-t border-line bg-surface px-4 text-xs text-ink-3">
                <span className="num">
                  {((page - 1) * PAGE_ROWS + 1).toLocaleString("en")}–
                  {((page - 1) * PAGE_ROWS + rows.length).toLocaleString("en")} of{" "}
                  {pagination.total.toLocaleString("en")}
                  {!pagination.total_is_exact && " or more"}
                </span>
                <Button
                  size="small"
                  className="ml-auto"
                  disabled={page === 1}
                  onClick={() => url.set({ page: page > 2 ? String(page - 1) : null })}
                >
                  <ChevronLeft size={14} aria-hidden /> Newer
                </Button>
                <Button
                  size="small"
                  disabled={!pagination.has_more}
                  onClick={() => url.set({ page: String(page + 1) })}
                >
                  Next <ChevronRight size={14} aria-hidden />
                </Button>
              </footer>
            </>
          )
        }
      </Resolved>
    </>
  );
}

const CLEARED = ["q", "state", "risk", "resource_type", "author", "needs_me", "archived", "page"];

function NoTasks({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  return isFiltered ? (
    <PageState
      icon={SearchX}
      title="No task fits these filters"
      action={<Button onClick={clear}>Clear filters</Button>}
    />
  ) : (
    <PageState
      icon={ListTodo}
      title="No tasks yet"
      action={
        <Link href="/tasks/new" className={buttonClass("primary")}>
          Propose the first change
        </Link>
      }
    >
      A task says what should change and why. Reviewers see exactly what will happen before it does.
    </PageState>
  );
}
