import type { BacklogEntry } from "@ade/core/approvals/schema";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Check } from "#components/ui/check.tsx";
import { Field } from "#components/ui/field.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { toast } from "#components/ui/toast.ts";
import { Part } from "#features/task/facts.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

const backlogQuery = () =>
  queryOptions({
    queryKey: ["backlog"],
    queryFn: ({ signal }) => api.backlog.read.query(undefined, { signal }),
  });

/** Settings that hold for everybody. */
export function SettingsTab() {
  const backlog = useQuery(backlogQuery());
  return (
    <div className="max-w-xl">
      <Part title="When more reviews are open than get done">
        <Resolved query={backlog} what="The settings" loading={<div className="skeleton h-60" />}>
          {(settings) => <BacklogForm key={settings.version} settings={settings} />}
        </Resolved>
      </Part>
    </div>
  );
}

const text = (value: number | null): string => (value === null ? "" : String(value));
const orNull = (value: string): number | null => (value.trim() === "" ? null : Number(value));

function BacklogForm({ settings }: { settings: BacklogEntry }) {
  const client = useQueryClient();
  const [perReviewer, setPerReviewer] = useState(text(settings.open_per_reviewer));
  const [overall, setOverall] = useState(text(settings.open_overall));
  const [hours, setHours] = useState(text(settings.old_after_hours));
  const [passes, setPasses] = useState(settings.auto_approve.enabled);
  const [cap, setCap] = useState(text(settings.auto_approve.per_author_and_hour));
  const command = useCommand(
    () =>
      api.backlog.update.mutate({
        open_per_reviewer: orNull(perReviewer),
        open_overall: orNull(overall),
        old_after_hours: Number(hours),
        auto_approve: { enabled: passes, per_author_and_hour: Number(cap) },
        version: settings.version,
      }),
    (saved) => {
      client.setQueryData(backlogQuery().queryKey, saved);
      toast({ tone: "good", text: "Saved", detail: "From now on." });
    },
  );
  const number = (
    label: string,
    field: string,
    value: string,
    onChange: (value: string) => void,
    hint?: string,
  ) => (
    <Field label={label} hint={hint} error={command.issueOf(field)}>
      {(parts) => (
        <input
          {...parts}
          type="number"
          min={1}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="field"
        />
      )}
    </Field>
  );
  return (
    <form
      noValidate
      className="card flex flex-col gap-4 p-4"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void command.send();
      }}
    >
      <p className="text-ink-2">
        Over one of these limits, what waits for long goes up one priority at a time, so that it is seen
        first.
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        {number("Open for one reviewer", "open_per_reviewer", perReviewer, setPerReviewer, "Empty: no limit")}
        {number("Open in all", "open_overall", overall, setOverall, "Empty: no limit")}
        {number("Long is, in hours", "old_after_hours", hours, setHours)}
      </div>
      <div className="flex flex-col gap-3 border-t border-line pt-4">
        <Check
          checked={passes}
          onChange={setPasses}
          label="Let LOW risk pass without a person"
          hint="Only over a limit, only what waits for long, was never edited and nobody has answered. Each is marked and stands in the audit."
        />
        {passes && (
          <div className="sm:w-56">
            {number(
              "At most of one author in an hour",
              "auto_approve.per_author_and_hour",
              cap,
              setCap,
              "Agents of one owner count together",
            )}
          </div>
        )}
      </div>
      <FormProblem command={command} />
      <div className="flex justify-end">
        <Button type="submit" look="primary" acts busy={command.busy}>
          Save
        </Button>
      </div>
    </form>
  );
}
