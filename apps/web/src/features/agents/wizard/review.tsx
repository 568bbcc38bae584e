import { CircleAlert, Pencil } from "lucide-react";
import type { ReactNode } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Link } from "#components/link.tsx";
import { Facts } from "#features/task/facts.tsx";
import type { AgentDraft } from "../agent-types.ts";
import { CONNECTIONS, connectionText } from "../connection.ts";
import { type AgentForm, connectionOf } from "../form/agent-form.ts";
import { LAST_STEP, STEPS, type Step } from "../form/step-rules.ts";
import { Patterns } from "../patterns.tsx";
import { SummaryCard } from "../summary-card.tsx";

type Props = { draft: AgentDraft | null; ownerName: string; hrefOf: (step: Step) => string };

/** The whole before it is made: one card a section with the way back to it, and the sentence that says what it may. */
export function Review({ draft, ownerName, hrefOf }: Props) {
  const { control } = useFormContext<AgentForm>();
  const form = useWatch({ control }) as AgentForm;
  const problemsOf = (step: Step) => draft?.problems.filter((problem) => problem.step === step) ?? [];
  const count = (permission: string) => form.tools.filter((tool) => tool.permission === permission).length;
  const connection = connectionOf(form);
  const isReach = connection.kind !== "acp" || connection.command !== "";
  const card = (step: Step, facts: Parameters<typeof Facts>[0]["facts"]) => (
    <ReviewCard step={step} problems={problemsOf(step)} hrefOf={hrefOf}>
      <Facts facts={facts} />
    </ReviewCard>
  );
  return (
    <section aria-labelledby="review" className="flex flex-col gap-3">
      <h3 id="review" className="text-base font-semibold">
        Review
      </h3>
      {draft && <SummaryCard summary={draft.summary} parts />}
      <div className="grid gap-3 md:grid-cols-2">
        {card(1, [
          ["Name", form.name.trim() || <None key="name">not given yet</None>],
          ["Does", form.description.trim() || <None key="does">no description</None>],
          ["Tags", form.tags.join(", ") || <None key="tags">none</None>],
          ["Owner", ownerName],
        ])}
        {card(2, [
          [
            "Reached by",
            <span key="reach" className="[overflow-wrap:anywhere]">
              {isReach ? connectionText(connection as never) : CONNECTIONS[connection.kind].name}
            </span>,
          ],
          [
            "Model",
            form.model ? (
              <span key="model">
                {form.model}
                {form.provider && <span className="text-ink-3"> by {form.provider}</span>}
              </span>
            ) : (
              <None key="model">not said</None>
            ),
          ],
        ])}
        {card(3, [
          [
            "Instructions",
            form.instructions.trim() ? (
              <span key="text" className="line-clamp-3 whitespace-pre-line">
                {form.instructions.trim()}
              </span>
            ) : (
              <None key="text">none</None>
            ),
          ],
          [
            "Memory",
            form.memory_blocks.length > 0 ? (
              form.memory_blocks.map(({ label }) => label || "without a label").join(", ")
            ) : (
              <None key="memory">no blocks</None>
            ),
          ],
        ])}
        {card(4, [
          [
            "Tools",
            <span key="tools" className="num">
              {count("allow")} run alone, {count("ask")} ask, {count("deny")} refused; any other asks
            </span>,
          ],
          [
            "Resources",
            <Patterns
              key="scopes"
              patterns={form.scopes}
              every="every resource"
              none="none: it may only watch"
            />,
          ],
          [
            "Task types",
            <Patterns
              key="types"
              patterns={form.task_types}
              every="every type"
              none="none: it proposes nothing"
            />,
          ],
        ])}
        {card(5, [
          [
            "At a time",
            <span key="capacity" className="num">
              {form.capacity.max_tasks ?? "?"} tasks
            </span>,
          ],
          [
            "Limits",
            form.limits.length > 0 ? (
              form.limits.map(({ name, amount }) => (
                <span key={name} className="num block">
                  {name.replaceAll("_", " ") || "without a name"}: {amount?.toLocaleString("en") ?? "?"}
                </span>
              ))
            ) : (
              <None key="limits">none</None>
            ),
          ],
          [
            "Model calls",
            parametersText(form.parameters) || <None key="parameters">as the model has it</None>,
          ],
        ])}
      </div>
    </section>
  );
}

function parametersText({ temperature, max_tokens, context_window }: AgentForm["parameters"]): string {
  return [
    temperature !== null && `temperature ${temperature}`,
    max_tokens !== null && `${max_tokens.toLocaleString("en")} tokens at most`,
    context_window !== null && `context ${context_window.toLocaleString("en")}`,
  ]
    .filter(Boolean)
    .join(", ");
}

const None = ({ children }: { children: ReactNode }) => <span className="text-ink-3">{children}</span>;

const titleOf = (step: Step) => (step === 5 ? "Limits" : STEPS[step].name);

type CardProps = {
  step: Step;
  problems: AgentDraft["problems"];
  hrefOf: (step: Step) => string;
  children: ReactNode;
};

function ReviewCard({ step, problems, hrefOf, children }: CardProps) {
  const { setFocus } = useFormContext<AgentForm>();
  return (
    <section aria-labelledby={`review-${step}`} className="card flex flex-col gap-2.5 p-3.5">
      <div className="flex items-center gap-2">
        <h4 id={`review-${step}`} className="min-w-0 flex-1 font-semibold">
          {titleOf(step)}
        </h4>
        <Link
          href={hrefOf(step)}
          aria-label={`Edit ${titleOf(step).toLowerCase()}`}
          className="link inline-flex min-h-6 items-center gap-1 text-xs max-sm:min-h-9"
          onClick={(event) => {
            if (step !== LAST_STEP) return;
            // They stand above, on this very step.
            event.preventDefault();
            setFocus("capacity.max_tasks");
          }}
        >
          <Pencil size={12} aria-hidden /> Edit
        </Link>
      </div>
      {children}
      {problems.map(({ field, issue }) => (
        <p key={field + issue} className="flex gap-1.5 text-xs text-bad">
          <CircleAlert size={13} aria-hidden className="mt-0.5 shrink-0" />
          <span>
            <code>{field}</code> {issue}
          </span>
        </p>
      ))}
    </section>
  );
}
