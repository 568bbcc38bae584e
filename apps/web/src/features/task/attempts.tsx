import type { TaskView } from "@ade/core/views/schema";
import { Ago, Moment } from "#components/ui/time.tsx";
import { span } from "#lib/time-text.ts";
import { Part } from "./facts.tsx";
import { Notes } from "./notes.tsx";

/** What applying it printed, while it runs and after. */
export function Outcome({ view }: { view: TaskView }) {
  const execution = view.task.execution;
  if (!execution || (!execution.output && !execution.error && !execution.result)) return null;
  const took =
    execution.started_at && execution.completed_at
      ? `took ${span((Date.parse(execution.completed_at) - Date.parse(execution.started_at)) / 1000)}`
      : execution.started_at && <Ago at={execution.started_at} />;
  return (
    <Part title={execution.result ? "Outcome" : "Output so far"} note={took}>
      {execution.error && <Notes tone="bad" notes={[execution.error]} />}
      {execution.output && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
          tabIndex={0}
          role="log"
          aria-label="Output"
          className="card max-h-96 overflow-auto p-3 text-xs whitespace-pre-wrap print:max-h-none"
        >
          {execution.output}
        </pre>
      )}
    </Part>
  );
}

/** Every attempt with its worker and fencing token: the evidence that it was applied once. */
export function Attempts({ view }: { view: TaskView }) {
  if (view.attempts.length === 0) return null;
  return (
    <Part title="Attempts" note={<span className="num">{view.attempts.length}</span>}>
      <ul className="card divide-y divide-line">
        {view.attempts.map((attempt) => (
          <li key={attempt.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2">
            <span className="num font-medium">{attempt.number}</span>
            <span>{attempt.outcome?.replaceAll("_", " ").toLowerCase() ?? "running"}</span>
            <span className="text-xs text-ink-3">
              revision <span className="num">{attempt.revision}</span> · token{" "}
              <span className="num">{attempt.fencing_token}</span>
            </span>
            <code className="text-2xs text-ink-3">{attempt.worker_id}</code>
            <Moment at={attempt.started_at} className="ml-auto text-xs text-ink-3" />
            {attempt.error && <p className="w-full text-xs break-words text-bad">{attempt.error}</p>}
          </li>
        ))}
      </ul>
    </Part>
  );
}
