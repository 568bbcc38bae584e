import type { TaskView } from "@ade/core/views/schema";
import { Check, ChevronRight, CircleHelp, LoaderCircle, Undo2, X } from "lucide-react";
import { useState } from "react";
import { Ago, Moment } from "#components/ui/time.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { span } from "#lib/time-text.ts";
import { Part } from "./facts.tsx";
import { Notes } from "./notes.tsx";

const OutputView = onDemand(() => import("./output-view.tsx").then((file) => file.OutputView));

type Attempt = TaskView["attempts"][number];

const lastedWords = (from: string, to: string): string => {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 1 ? "under 1 s" : span(seconds);
};

/** How applying it ended, or how far it is: what the newest attempt prints, as it comes. */
export function Outcome({ view }: { view: TaskView }) {
  const execution = view.task.execution;
  const newest = view.attempts[0];
  if (!execution && !newest) return null;
  const took =
    execution?.started_at && execution.completed_at
      ? `took ${lastedWords(execution.started_at, execution.completed_at)}`
      : execution?.started_at && <Ago at={execution.started_at} />;
  const title = execution?.result ? "Outcome" : newest?.ended_at === null ? "Output" : "Output so far";
  return (
    <Part title={title} note={took}>
      {execution?.error && <Notes tone="bad" notes={[execution.error]} />}
      {newest && <OutputView key={newest.id} taskId={view.task.id} attempt={newest} />}
    </Part>
  );
}

/** Every attempt with its worker, its token and what became of it: the evidence that it was applied once. */
export function Attempts({ view }: { view: TaskView }) {
  if (view.attempts.length === 0) return null;
  return (
    <Part title="Attempts" note={<span className="num">{view.attempts.length}</span>}>
      <ol className="card divide-y divide-line">
        {view.attempts.map((attempt, place) => (
          <AttemptLine key={attempt.id} taskId={view.task.id} attempt={attempt} isNewest={place === 0} />
        ))}
      </ol>
    </Part>
  );
}

const WORDS: Record<string, { word: string; icon: typeof Check; tone: string }> = {
  running: { word: "Running", icon: LoaderCircle, tone: "text-accent motion-safe:animate-spin" },
  success: { word: "Done", icon: Check, tone: "text-good" },
  failure: { word: "Failed", icon: X, tone: "text-bad" },
  timeout: { word: "Stopped at its time limit", icon: X, tone: "text-bad" },
  cancelled: { word: "Aborted", icon: X, tone: "text-bad" },
  unknown: { word: "Nobody can tell", icon: CircleHelp, tone: "text-warn" },
  lost: { word: "Worker or lock lost", icon: CircleHelp, tone: "text-warn" },
  drained: { word: "Given back: its worker was stopped", icon: Undo2, tone: "text-ink-3" },
};

function AttemptLine({ taskId, attempt, isNewest }: { taskId: string; attempt: Attempt; isNewest: boolean }) {
  const [open, setOpen] = useState(false);
  const {
    word,
    icon: Icon,
    tone,
  } = WORDS[attempt.outcome ?? "running"] ?? {
    ...{ word: attempt.outcome ?? "", icon: CircleHelp, tone: "text-ink-3" },
  };
  const lasted = attempt.ended_at && lastedWords(attempt.started_at, attempt.ended_at);
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5">
        <span className="num w-4 font-medium">{attempt.number}</span>
        <Icon size={14} aria-hidden className={`shrink-0 ${tone}`} />
        <span className="font-medium">{word}</span>
        {attempt.rolled_back !== null && (
          <span className={attempt.rolled_back ? "text-ink-2" : "text-bad"}>
            {attempt.rolled_back ? "and rolled back" : "and not rolled back"}
          </span>
        )}
        <span className="ml-auto flex items-baseline gap-2 text-xs text-ink-3">
          <Moment at={attempt.started_at} />
          {lasted && <span className="num">{lasted}</span>}
        </span>
      </div>
      <p className="flex flex-wrap items-baseline gap-x-3 pl-6.5 text-xs text-ink-3">
        <code className="text-2xs break-all">{attempt.worker_id}</code>
        <span>
          revision <span className="num">{attempt.revision}</span> · token{" "}
          <span className="num">{attempt.fencing_token}</span>
        </span>
        {!isNewest && (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="no-print ml-auto flex min-h-6 items-center gap-0.5 text-ink-2 hover:text-ink"
          >
            <ChevronRight
              size={13}
              aria-hidden
              className={`transition-transform duration-(--quick) ${open ? "rotate-90" : ""}`}
            />
            Output of attempt {attempt.number}
          </button>
        )}
      </p>
      {attempt.error && <p className="pl-6.5 text-xs break-words text-bad">{attempt.error}</p>}
      {open && <OutputView taskId={taskId} attempt={attempt} />}
    </li>
  );
}
