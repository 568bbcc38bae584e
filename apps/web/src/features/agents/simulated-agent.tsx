import { CirclePlay, CircleStop, FlaskConical } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { Ago, Left, Moment } from "#components/ui/time.tsx";
import { type DemoRun, useDemoAgent } from "./use-demo-agent.ts";

/** On the list of agents: what the simulated agent is for, or what it does right now. Nothing without demo data. */
export function SimulatedAgent() {
  const demo = useDemoAgent();
  if (!demo.isAvailable || demo.run === undefined) return null;
  return (
    <aside
      aria-label="Simulated agent"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-accent-line bg-accent-soft px-4 py-2 max-sm:px-3"
    >
      <FlaskConical size={16} aria-hidden className="shrink-0 text-accent" />
      <div className="min-w-0 flex-1 basis-52">
        <strong className="font-semibold">Simulated agent</strong>{" "}
        {demo.run && demo.isOn ? <Doing run={demo.run} /> : <Invitation run={demo.run} />}
      </div>
      <Switch demo={demo} />
    </aside>
  );
}

/** On the agent's own page: everything that it did, each step with the task that it is about. */
export function SimulatedSteps({ agentId }: { agentId: string }) {
  const demo = useDemoAgent();
  const { run } = demo;
  if (!run || run.agent_id !== agentId) return null;
  return (
    <section aria-label="What it does" className="card mb-4 p-3.5">
      <header className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <FlaskConical size={16} aria-hidden className="text-accent" />
        <h2 className="font-semibold">What it does</h2>
        <span className="min-w-0 flex-1 text-ink-2">
          {demo.isOn ? (
            <>
              for {run.started_by_name}, ends <Left until={run.ends_at} form="in" />
            </>
          ) : (
            run.end_reason
          )}
        </span>
        <Switch demo={demo} />
      </header>
      <ol aria-live="polite" className="flex flex-col gap-1.5">
        {run.steps.map(({ at, text, task_id }) => (
          <li key={at + text} className="flex gap-3">
            <Moment at={at} className="shrink-0 pt-px text-xs text-ink-3" />
            <span className="min-w-0 break-words">
              {text}{" "}
              {task_id && (
                <Link href={`/tasks/${task_id}`} className="link whitespace-nowrap">
                  See the task
                </Link>
              )}
            </span>
          </li>
        ))}
        {run.steps.length === 0 && (
          <li className="text-ink-3">
            {run.state === "starting" ? "A worker is about to start it." : "It did nothing."}
          </li>
        )}
      </ol>
    </section>
  );
}

function Doing({ run }: { run: DemoRun }) {
  const text = run.state === "stopping" ? "It tidies up and stops." : run.steps.at(-1)?.text;
  return (
    <>
      <span aria-live="polite" className="text-ink-2">
        {text ?? "A worker is about to start it."}
      </span>{" "}
      <Link href={`/agents/${run.agent_id}`} className="link whitespace-nowrap">
        Watch it
      </Link>
    </>
  );
}

function Invitation({ run }: { run: DemoRun | null }) {
  return (
    <span className="text-ink-2">
      It takes a lock, proposes changes to the demo, waits for you and heeds what you say; after 15 minutes it
      ends.{" "}
      {run?.ended_at && (
        <Link href={`/agents/${run.agent_id}`} className="link whitespace-nowrap">
          Last run <Ago at={run.ended_at} />
        </Link>
      )}
    </span>
  );
}

function Switch({ demo }: { demo: ReturnType<typeof useDemoAgent> }) {
  const { isOn, run, start, stop } = demo;
  return isOn ? (
    <Button acts busy={stop.isPending || run?.state === "stopping"} onClick={() => stop.mutate()}>
      <CircleStop size={14} aria-hidden /> Stop it
    </Button>
  ) : (
    <Button look="primary" acts busy={start.isPending} onClick={() => start.mutate()}>
      <CirclePlay size={14} aria-hidden /> Start it
    </Button>
  );
}
