import type { InboxRow } from "@ade/core/views/schema";
import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight, X } from "lucide-react";
import { Link } from "#components/link.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { buttonClass, IconButton } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { Lookers } from "#features/task/lookers.tsx";
import { useMedia } from "#lib/media.ts";
import { queries } from "#lib/queries.ts";
import { DecisionBar } from "./decision-bar.tsx";
import { ItemBody } from "./item-body.tsx";
import type { Act } from "./use-inbox-keys.ts";

export type PanelProps = {
  row: InboxRow;
  close: () => void;
  act: (what: Act) => void;
  changesShown: boolean;
  showChanges: (taskId: string, shown: boolean) => void;
};

/** One approval in full, beside the list; over it where there is no room. */
export function ItemPanel(props: PanelProps) {
  const isBeside = useMedia("(min-width: 64rem)");
  if (!isBeside) {
    return (
      <Sheet label={props.row.title} close={props.close}>
        <PanelContent {...props} />
      </Sheet>
    );
  }
  return (
    <aside
      aria-label="What is to be decided"
      className="flex w-[clamp(28rem,40vw,38rem)] shrink-0 flex-col border-l border-line bg-surface"
    >
      <PanelContent {...props} />
    </aside>
  );
}

function PanelContent({ row, close, act, changesShown, showChanges }: PanelProps) {
  const query = useQuery(queries.taskView(row.task_id));
  const task = query.data?.task;
  return (
    <>
      <header className="flex shrink-0 items-start gap-2 border-b border-line py-2.5 pr-2 pl-4">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs">
            <RiskMeter
              score={task?.risk?.score ?? row.risk_score}
              level={task?.risk?.level ?? row.risk_level}
            />
            <TaskState state={task?.state ?? row.state} result={task?.execution?.result} plain />
            <span className="font-mono text-2xs text-ink-3">{row.type}</span>
            {task && <Lookers taskId={task.id} revision={task.revision} />}
          </div>
          <h2 className="mt-1 text-base leading-snug font-semibold break-words">{row.title}</h2>
        </div>
        <Link
          href={`/tasks/${row.task_id}`}
          aria-label="Open the task's page"
          title="Open the task's page"
          className={`${buttonClass("quiet")} w-7.5 px-0!`}
        >
          <ArrowUpRight size={16} aria-hidden />
        </Link>
        <IconButton label="Close" onClick={close}>
          <X size={16} aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">
        <Resolved query={query} what="This task">
          {(view) => (
            <ItemBody
              view={view}
              changesShown={changesShown}
              showChanges={(shown) => showChanges(row.task_id, shown)}
            />
          )}
        </Resolved>
      </div>
      {query.data && <DecisionBar view={query.data} act={act} changesShown={changesShown} />}
    </>
  );
}
