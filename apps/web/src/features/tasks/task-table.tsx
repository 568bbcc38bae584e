import type { TaskEntry } from "@ade/core/tasks/schema";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useRouter } from "next/router";
import { Link } from "#components/link.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Table, Td, Th } from "#components/ui/table.tsx";
import { Ago } from "#components/ui/time.tsx";
import { Who } from "#components/who.tsx";
import { taskTitle } from "#lib/task-title.ts";
import type { useUrlState } from "#lib/url-state.ts";

type Props = { tasks: readonly TaskEntry[]; url: ReturnType<typeof useUrlState> };

export function TaskTable({ tasks, url }: Props) {
  const router = useRouter();
  const sort = url.text("sort") || "created_at";
  const order = url.text("order") === "asc" ? "asc" : "desc";
  const sortable = (name: string, label: string, className = "") => {
    const isOn = sort === name;
    const Icon = order === "asc" ? ArrowUp : ArrowDown;
    return (
      <Th aria-sort={isOn ? (order === "asc" ? "ascending" : "descending") : "none"} className={className}>
        <button
          type="button"
          onClick={() => url.set({ sort: name, order: isOn && order === "desc" ? "asc" : null, page: null })}
          className="inline-flex h-6 items-center gap-1 hover:text-ink"
        >
          {label}
          {isOn && <Icon size={12} aria-hidden />}
        </button>
      </Th>
    );
  };
  return (
    <Table
      label="Tasks"
      head={
        <>
          {sortable("risk_score", "Risk")}
          {sortable("state", "State")}
          <Th className="w-full">Task</Th>
          <Th className="max-lg:hidden">Target</Th>
          <Th className="max-md:hidden">Author</Th>
          <Th className="text-right max-md:hidden">Given</Th>
          {sortable("updated_at", "Changed", "text-right max-lg:hidden")}
          {sortable("created_at", "Age", "text-right")}
        </>
      }
    >
      {tasks.map((task) => {
        const [first, ...others] = task.config.resources;
        const target = first ? `${first.type}:${first.namespace ?? "default"}/${first.id}` : "";
        return (
          <tr
            key={task.id}
            onClick={(event) => {
              if (!(event.target as HTMLElement).closest("a")) void router.push(`/tasks/${task.id}`);
            }}
            className="cursor-pointer hover:bg-hover"
          >
            <Td>
              <RiskMeter score={task.risk?.score} level={task.risk?.level} />
            </Td>
            <Td className="whitespace-nowrap">
              <TaskState state={task.state} result={task.execution?.result} plain />
            </Td>
            <Td className="max-w-0">
              <Link href={`/tasks/${task.id}`} className="block truncate font-medium hover:text-accent">
                {taskTitle(task)}
              </Link>
            </Td>
            <Td className="max-w-64 truncate font-mono text-xs text-ink-2 max-lg:hidden" title={target}>
              {target}
              {others.length > 0 && ` +${others.length}`}
            </Td>
            <Td className="text-ink-2 max-md:hidden">
              <Who name={task.metadata.author_name} kind={task.metadata.author_kind} className="max-w-36" />
            </Td>
            <Td className="num text-right whitespace-nowrap max-md:hidden">
              {task.current_approvals} <span className="text-ink-3">of {task.required_approvals}</span>
            </Td>
            <Td className="text-right whitespace-nowrap text-ink-3 max-lg:hidden">
              <Ago at={task.metadata.updated_at} bare />
            </Td>
            <Td className="text-right whitespace-nowrap text-ink-2">
              <Ago at={task.metadata.created_at} bare />
            </Td>
          </tr>
        );
      })}
    </Table>
  );
}
