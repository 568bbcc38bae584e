import type { TaskView } from "@ade/core/views/schema";
import type { ReactNode } from "react";
import { TaskState } from "#components/task-state.tsx";
import { Changes } from "#features/task/changes.tsx";
import { Facts } from "#features/task/facts.tsx";
import { useMe } from "#lib/session.ts";
import { Approvals } from "./approvals.tsx";
import { Chain, Entries } from "./chain.tsx";
import { Stamp } from "./stamp.tsx";
import { Wide } from "./wide.tsx";

/** The sheet: sections in the order in which somebody who checks a change asks. */
export function EvidenceSheet({ view }: { view: TaskView }) {
  const me = useMe();
  const { task, overrides } = view;
  const { config, metadata, execution, risk } = task;
  const [title, ...rest] = config.description.split("\n");
  const why = rest.join("\n").trim();
  return (
    <article className="mx-auto my-6 flex max-w-4xl flex-col gap-7 rounded-lg border border-line bg-surface px-8 py-7 max-md:my-0 max-md:rounded-none max-md:border-0 max-md:px-4 print:m-0 print:max-w-none print:border-0 print:p-0">
      <header className="flex flex-col gap-2 border-b border-line-strong pb-4">
        <p className="caption">Evidence of a change · Community ADE</p>
        <h2 className="text-xl font-semibold text-balance">{title}</h2>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
          <TaskState state={task.state} {...(execution?.result && { result: execution.result })} />
          <span>
            revision <span className="num">{task.revision}</span>
          </span>
          <code className="text-xs break-all select-all">{task.id}</code>
        </p>
        <p className="text-xs text-ink-3">
          Written <Stamp at={view.server_time} />
          {me && ` for ${me.name}`}
        </p>
      </header>

      <Section title="What">
        <Facts
          facts={[
            ["Type", <code key="type">{config.type}</code>],
            [
              "Touches",
              <ul key="resources">
                {config.resources.map(({ type, namespace, id, actions }) => (
                  <li key={`${type}:${namespace}/${id}`} className="font-mono text-xs break-all">
                    {type}:{namespace ?? "default"}/{id}{" "}
                    <span className="font-sans text-ink-3">{actions.join(", ")}</span>
                  </li>
                ))}
              </ul>,
            ],
            ["Rollback", config.rollback_strategy],
            task.content_hash
              ? [
                  "Content hash",
                  <code key="hash" className="text-xs break-all select-all">
                    {task.content_hash}
                  </code>,
                ]
              : null,
          ]}
        />
        <pre className="overflow-x-auto rounded-md border border-line p-3 text-xs whitespace-pre-wrap">
          {JSON.stringify(config.parameters, null, 2)}
        </pre>
        {task.preview ? (
          <Changes preview={task.preview} />
        ) : (
          <p className="text-ink-3">It was submitted without a preview.</p>
        )}
      </Section>

      <Section title="Who and why">
        <Facts
          facts={[
            ["Author", `${metadata.author_name}${metadata.author_kind === "agent" ? " (agent)" : ""}`],
            ["Source", task.source],
            metadata.team ? ["Team", metadata.team] : null,
            ["Ticket", metadata.ticket_ref ?? "none"],
            risk ? ["Risk", `${risk.level.toLowerCase()}, ${risk.score} of 100`] : null,
            ["Created", <Stamp key="created" at={metadata.created_at} />],
            metadata.submitted_at
              ? ["Submitted", <Stamp key="submitted" at={metadata.submitted_at} />]
              : null,
          ]}
        />
        {why && <p className="whitespace-pre-wrap">{why}</p>}
      </Section>

      <Section title="Who had to agree, and who did">
        <Approvals view={view} />
        {overrides.map((override) => (
          <p key={override.id}>
            <span className="font-medium">
              {override.kind === "override" ? "Override" : "Force apply"}, {override.status}
            </span>
            : asked for by {override.requested_by_name}
            {override.decided_by_name && `, decided by ${override.decided_by_name}`} · “{override.reason}” ·
            ticket {override.ticket_ref}
          </p>
        ))}
      </Section>

      <Section title="What came of it">
        <Result view={view} />
        {view.rollback?.tasks.map((rollback) => (
          <p key={rollback.id}>
            <span className="font-medium">Rollback</span>, asked for <Stamp at={rollback.created_at} />:{" "}
            {rollback.result ?? rollback.state.toLowerCase()} · task <code>{rollback.id}</code>
          </p>
        ))}
        {task.rollback_of && (
          <p>
            It brings back what task <code>{task.rollback_of}</code> did.
          </p>
        )}
      </Section>

      <Section title="The record">
        <Chain />
        <Entries entries={view.timeline} />
      </Section>
    </article>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h3 className="text-base font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Result({ view }: { view: TaskView }) {
  const { execution } = view.task;
  if (view.attempts.length === 0) return <p className="text-ink-3">It has not been applied.</p>;
  return (
    <>
      {execution?.error && <p className="text-bad">{execution.error}</p>}
      <Wide name="Attempts">
        <table className="w-full text-left text-xs">
          <caption className="sr-only">Attempts</caption>
          <thead className="text-ink-3">
            <tr className="border-b border-line">
              {["Attempt", "Worker", "Token", "From", "To", "Outcome"].map((name) => (
                <th key={name} scope="col" className="py-1 pr-3 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.attempts.toReversed().map((attempt) => (
              <tr key={attempt.id} className="border-b border-line align-baseline">
                <td className="num py-1 pr-3">
                  {attempt.number} of revision {attempt.revision}
                </td>
                <td className="py-1 pr-3 font-mono max-sm:whitespace-nowrap break-all">
                  {attempt.worker_id}
                </td>
                <td className="num py-1 pr-3">{attempt.fencing_token}</td>
                <td className="py-1 pr-3">
                  <Stamp at={attempt.started_at} />
                </td>
                <td className="py-1 pr-3">{attempt.ended_at ? <Stamp at={attempt.ended_at} /> : "—"}</td>
                <td className="py-1">
                  {attempt.outcome ?? "running"}
                  {attempt.rolled_back !== null &&
                    (attempt.rolled_back ? ", rolled back" : ", not rolled back")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {execution?.output && (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
          tabIndex={0}
          aria-label="Output"
          className="max-h-96 font-mono overflow-auto rounded-md border border-line p-3 text-xs break-words whitespace-pre-wrap print:max-h-none"
        >
          {execution.output}
        </section>
      )}
    </>
  );
}
