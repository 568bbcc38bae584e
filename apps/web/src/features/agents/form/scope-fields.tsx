import { useQuery } from "@tanstack/react-query";
import { use, useDeferredValue, useId, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { ChipPicker, type Choice } from "#components/ui/chip-picker.tsx";
import { ChangedSign, Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import type { AgentForm } from "./agent-form.ts";
import { FormLook, useIssue } from "./rows.tsx";

type How = "every" | "some" | "none";
type Words = Record<How, string>;

/** Which resources it may touch, and which types of task it may propose: every, some, or none, said plainly. */
export function ScopeFields() {
  const [search, setSearch] = useState("");
  const resources = useQuery(queries.resources(useDeferredValue(search)));
  const executors = useQuery(queries.executors());
  return (
    <>
      <PatternField
        name="scopes"
        label="Resources it may touch"
        words={{ every: "Every resource", some: "Only these", none: "None: it may only watch" }}
        pick="A pattern such as database:staging/*, or a resource"
        choices={(resources.data?.resources ?? []).map(({ key, name }) => ({
          value: key,
          label: key,
          note: name ?? undefined,
        }))}
        onSearch={setSearch}
      />
      <PatternField
        name="task_types"
        label="Task types it may propose"
        words={{ every: "Every type", some: "Only these", none: "None: it may propose nothing" }}
        pick="A type, or a pattern such as database.*"
        choices={(executors.data?.executors ?? []).map(({ type, title }) => ({
          value: type,
          label: type,
          note: title,
        }))}
      />
    </>
  );
}

type Props = {
  name: "scopes" | "task_types";
  label: string;
  words: Words;
  pick: string;
  choices: readonly Choice[];
  onSearch?: (text: string) => void;
};

function PatternField({ name, label, words, pick, choices, onSearch }: Props) {
  const { control, setValue } = useFormContext<AgentForm>();
  const { changed, readOnly } = use(FormLook);
  const id = useId();
  const patterns = useWatch({ control, name });
  const error = useIssue(name);
  // An empty list is "none" until somebody says that they want to name some.
  const [isNaming, setNaming] = useState(false);
  const [kept, setKept] = useState<string[]>([]);
  const how: How = patterns === null ? "every" : patterns.length > 0 ? "some" : isNaming ? "some" : "none";
  const put = (value: string[] | null) => setValue(name, value, { shouldDirty: true });
  const choose = (next: How) => {
    if (patterns && patterns.length > 0) setKept(patterns);
    setNaming(next === "some");
    put(next === "every" ? null : next === "none" ? [] : kept);
  };
  return (
    <fieldset className="flex flex-col gap-2" disabled={readOnly}>
      <legend className="mb-1.5 text-xs font-medium text-ink-2">
        {label}
        {changed.has(name) && <ChangedSign />}
      </legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {(["every", "some", "none"] as const).map((each) => (
          <label key={each} className="inline-flex min-h-6 items-center gap-2 max-sm:min-h-9">
            <input
              type="radio"
              name={id}
              checked={how === each}
              onChange={() => choose(each)}
              className="size-4 accent-accent"
            />
            {words[each]}
          </label>
        ))}
      </div>
      {how === "some" && (
        <Field
          label={`${label}: patterns`}
          error={error}
          hint={
            patterns?.length === 0
              ? "Named none yet, which is the same as none."
              : "* is any run of characters, ? is one."
          }
        >
          {(parts) => (
            <ChipPicker
              {...parts}
              free
              isCode
              disabled={readOnly}
              value={patterns ?? []}
              onChange={put}
              choices={choices}
              placeholder={pick}
              {...(onSearch && { onSearch })}
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}
