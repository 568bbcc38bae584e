import { Plus, Trash2 } from "lucide-react";
import { use } from "react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { Button, IconButton } from "#components/ui/button.tsx";
import { ChangedSign } from "#components/ui/field.tsx";
import type { AgentForm } from "./agent-form.ts";
import { FormLook, NumberField, TextField, useIssue } from "./rows.tsx";

/** Budgets and rates that are usual, with a sensible beginning. */
const USUAL = [
  { name: "tasks_per_hour", amount: 20 },
  { name: "tasks_per_day", amount: 200 },
  { name: "tool_calls_per_minute", amount: 60 },
  { name: "tokens_per_day", amount: 2_000_000 },
  { name: "cost_usd_per_day", amount: 25 },
] as const;

/** How many tasks at a time, and budgets and rates by name. */
export function LimitFields() {
  const { control } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const { fields, append, remove } = useFieldArray({ control, name: "limits" });
  const limits = useWatch({ control, name: "limits" });
  const error = useIssue("limits");
  const left = USUAL.filter(({ name }) => !limits.some((limit) => limit.name === name));
  return (
    <>
      <NumberField
        name="capacity.max_tasks"
        label="Tasks at a time"
        hint="Its capacity, 1 to 10,000."
        className="max-w-48"
        min={1}
        max={10_000}
      />
      <section aria-labelledby="limits" className="flex flex-col gap-2">
        <h3 id="limits" className="text-xs font-medium text-ink-2">
          Budgets and rates
          <span className="font-normal text-ink-3"> · optional</span>
          {changed.has("limits") && <ChangedSign />}
        </h3>
        {error && (
          <p role="alert" className="text-xs text-bad">
            {error}
          </p>
        )}
        {fields.length === 0 && <p className="text-ink-3">None: nothing but its capacity holds it back.</p>}
        <ul className="flex flex-col gap-2">
          {fields.map((field, place) => (
            <li key={field.id} className="flex items-start gap-2">
              <TextField
                name={`limits.${place}.name`}
                label="Name, with its unit"
                isCode
                className="min-w-0 flex-1"
                maxLength={100}
                placeholder="tasks_per_hour"
              />
              <NumberField
                name={`limits.${place}.amount`}
                label="At most"
                className="w-36 max-sm:w-28"
                min={0}
              />
              {!readOnly && (
                <IconButton
                  label={`Take out ${limits[place]?.name || "this limit"}`}
                  className="mt-5.5"
                  onClick={() => remove(place)}
                >
                  <Trash2 size={15} aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
        {!readOnly && (
          <div className="flex flex-wrap gap-1.5">
            {left.map((usual) => (
              <Button
                key={usual.name}
                size="small"
                className="max-sm:h-9 max-sm:px-3"
                onClick={() => append({ ...usual }, { focusName: `limits.${fields.length}.amount` })}
              >
                <Plus size={12} aria-hidden /> {usual.name.replaceAll("_", " ")}
              </Button>
            ))}
            <Button
              size="small"
              className="max-sm:h-9 max-sm:px-3"
              onClick={() =>
                append({ name: "", amount: null }, { focusName: `limits.${fields.length}.name` })
              }
            >
              <Plus size={12} aria-hidden /> another
            </Button>
          </div>
        )}
      </section>
    </>
  );
}

/** What is sent along with each call of its model. */
export function ParameterFields() {
  return (
    <div className="grid gap-3 sm:grid-cols-3">
      <NumberField
        name="parameters.temperature"
        label="Temperature"
        optional
        hint="0 to 2"
        min={0}
        max={2}
        step={0.1}
      />
      <NumberField
        name="parameters.max_tokens"
        label="Max tokens"
        optional
        hint="Of one answer"
        min={1}
        inputMode="numeric"
      />
      <NumberField
        name="parameters.context_window"
        label="Context window"
        optional
        hint="In tokens"
        min={1}
        inputMode="numeric"
      />
    </div>
  );
}
