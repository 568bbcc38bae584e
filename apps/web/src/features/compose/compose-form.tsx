import type { ExecutorInfo } from "@ade/core/executors/schema";
import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { Field } from "#components/ui/field.tsx";
import { Part } from "#features/task/facts.tsx";
import { CommandFields } from "./command-fields.tsx";
import { choicesOf, type Draft, executorFor, isCommand, startWith } from "./draft.ts";
import { ResourcePicker } from "./resource-picker.tsx";
import { SchemaFields } from "./schema-fields.tsx";

type Props = {
  executors: readonly ExecutorInfo[];
  draft: Draft;
  onChange: (draft: Draft) => void;
  undeclared: readonly string[];
  issueOf: (field: string) => string | undefined;
};

export function ComposeForm({ executors, draft, onChange, undeclared, issueOf }: Props) {
  const executor = executorFor(executors, draft.type);
  const isChosen = (each: ExecutorInfo) =>
    each === executor || (isCommand(each) && !!executor && isCommand(executor));
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change });
  return (
    <form className="flex flex-col gap-7" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend className="mb-2 text-sm font-semibold">What kind of change</legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {choicesOf(executors).map((each) => (
            <label
              key={each.type}
              className={clsx(
                "flex gap-2.5 rounded-lg border px-3 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
                isChosen(each)
                  ? "border-accent bg-accent-soft"
                  : "border-line bg-surface hover:border-line-strong",
              )}
            >
              <input
                type="radio"
                name="type"
                className="mt-0.75 size-3.5 accent-accent"
                checked={isChosen(each)}
                aria-invalid={issueOf("config.type") ? true : undefined}
                onChange={() => onChange(startWith(each, draft))}
              />
              <span className="min-w-0">
                <span className="flex flex-wrap items-baseline gap-x-2 font-medium">
                  {each.title} <code className="text-2xs font-normal text-ink-3">{each.type}</code>
                </span>
                <span className="block text-xs text-ink-2">{each.description}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {executor && (
        <>
          <Field
            label="What should change, and why"
            hint="The first line is the title that reviewers see."
            error={issueOf("config.description")}
          >
            {(parts) => (
              <textarea
                {...parts}
                rows={3}
                maxLength={5000}
                placeholder={
                  typeof executor.example.description === "string" ? executor.example.description : ""
                }
                value={draft.description}
                onChange={(event) => set({ description: event.target.value })}
                className="field"
              />
            )}
          </Field>
          <Part title="What it touches">
            <ResourcePicker
              resources={draft.resources}
              undeclared={undeclared}
              error={issueOf("config.resources")}
              onChange={(resources) => set({ resources })}
            />
          </Part>
          <Part title={executor.title}>
            {isCommand(executor) ? (
              <CommandFields draft={draft} set={set} issueOf={issueOf} />
            ) : (
              <SchemaFields
                key={executor.type}
                schema={executor.parameters}
                values={draft.parameters}
                onChange={(parameters) => set({ parameters })}
                issueOf={(name) => issueOf(`config.parameters.${name}`)}
              />
            )}
          </Part>
          <MoreFields draft={draft} set={set} issueOf={issueOf} />
        </>
      )}
    </form>
  );
}

type MoreProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  issueOf: (field: string) => string | undefined;
};

function MoreFields({ draft, set, issueOf }: MoreProps) {
  const text = (name: "ticket_ref" | "team" | "tags", label: string, hint?: string) => (
    <Field label={label} optional hint={hint} error={issueOf(`metadata.${name}`)}>
      {(parts) => (
        <input
          {...parts}
          className="field"
          value={draft[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const number = (name: "priority" | "timeout_seconds", label: string, min: number, max: number) => (
    <Field label={label} error={issueOf(`config.${name}`)}>
      {(parts) => (
        <input
          {...parts}
          type="number"
          min={min}
          max={max}
          className="field num"
          value={draft[name]}
          onChange={(event) => set({ [name]: Number(event.target.value) })}
        />
      )}
    </Field>
  );
  return (
    <details className="group">
      <summary className="flex h-7 list-none items-center gap-1.5 font-semibold">
        <ChevronRight
          size={14}
          aria-hidden
          className="text-ink-3 transition-transform duration-(--quick) group-open:rotate-90"
        />
        Ticket, priority, rollback
      </summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-3">
        {text("ticket_ref", "Ticket")}
        {text("team", "Team")}
        {text("tags", "Tags", "separated by commas")}
        {number("priority", "Priority, 0 to 100", 0, 100)}
        {number("timeout_seconds", "Time limit in seconds", 1, 3600)}
        <Field label="Rollback on failure">
          {(parts) => (
            <select
              {...parts}
              className="field"
              value={draft.rollback_strategy}
              onChange={(event) =>
                set({ rollback_strategy: event.target.value as Draft["rollback_strategy"] })
              }
            >
              <option value="automatic">Automatic</option>
              <option value="manual">By hand</option>
              <option value="none">None</option>
            </select>
          )}
        </Field>
      </div>
    </details>
  );
}
