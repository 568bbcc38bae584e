import type { RiskSettings, RiskSettingsEffect, RiskSettingsEntry } from "@ade/core/risk/schema";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { FormProblem } from "#components/form-problem.tsx";
import { RiskMeter } from "#components/risk-meter.tsx";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { toast } from "#components/ui/toast.ts";
import { useSettled } from "#features/compose/use-settled.ts";
import { Part } from "#features/task/facts.tsx";
import { FACTOR_NAMES } from "#features/task/risk-factors.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

const COMPARE_AFTER_MS = 300;
const BANDS = [
  { key: "medium_from", name: "Medium from" },
  { key: "high_from", name: "High from" },
  { key: "critical_from", name: "Critical from" },
] as const;
type Weight = keyof RiskSettings["weights"];

/** Weights and bands of the score, with what they would make of the last tasks beside them. */
export function RiskTab() {
  const query = useQuery({
    queryKey: ["risk_settings"],
    queryFn: ({ signal }) => api.risk.settings.query(undefined, { signal }),
  });
  return (
    <Resolved query={query} what="The risk settings">
      {(settings) => <RiskForm key={settings.version} settings={settings} />}
    </Resolved>
  );
}

function RiskForm({ settings }: { settings: RiskSettingsEntry }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => ({
    weights: Object.entries(settings.weights).map(([name, weight]) => ({
      name: name as Weight,
      percent: String(Math.round(weight * 1000) / 10),
    })),
    bands: Object.fromEntries(BANDS.map(({ key }) => [key, String(settings.bands[key])])),
  }));
  const sum = draft.weights.reduce((total, { percent }) => total + Number(percent), 0);
  const isWhole = Math.abs(sum - 100) < 1e-6;
  const chosen = settingsOf(draft);
  const settled = useSettled(chosen, COMPARE_AFTER_MS);
  const effect = useQuery({
    queryKey: ["risk_settings_effect", settled],
    queryFn: ({ signal }) => api.risk.compare_settings.mutate(settled, { signal }),
    placeholderData: keepPreviousData,
    enabled: isWhole,
    retry: false,
  });
  const command = useCommand(
    () => api.risk.update_settings.mutate({ ...chosen, version: settings.version }),
    () => {
      toast({ text: "Saved", detail: "They hold for tasks that are assessed from now on." });
      void client.invalidateQueries({ queryKey: ["risk_settings"] });
    },
  );
  return (
    <div className="grid gap-x-10 gap-y-6 @4xl:grid-cols-[minmax(0,1fr)_24rem]">
      <form
        noValidate
        className="flex max-w-xl flex-col gap-6"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void command.send();
        }}
      >
        <Part
          title="How much each factor counts"
          note={
            <span className={clsx("num", !isWhole && "font-medium text-bad")}>
              {Math.round(sum * 10) / 10} % of 100 %
            </span>
          }
        >
          <div className="grid gap-3 sm:grid-cols-2">
            {draft.weights.map(({ name, percent }, place) => (
              <Field key={name} label={`${FACTOR_NAMES[name]}, %`} error={command.issueOf(`weights.${name}`)}>
                {(parts) => (
                  <input
                    {...parts}
                    type="number"
                    min={0}
                    max={100}
                    step={1}
                    value={percent}
                    onChange={({ target }) =>
                      setDraft({
                        ...draft,
                        weights: draft.weights.map((each, index) =>
                          index === place ? { ...each, percent: target.value } : each,
                        ),
                      })
                    }
                    className="field num"
                  />
                )}
              </Field>
            ))}
          </div>
          {!isWhole && <p className="text-xs text-bad">The four have to add up to 100 %.</p>}
        </Part>
        <Part title="Where the bands begin" note="below the first is low">
          <div className="grid gap-3 sm:grid-cols-3">
            {BANDS.map(({ key, name }) => (
              <Field key={key} label={name} error={command.issueOf(`bands.${key}`)}>
                {(parts) => (
                  <input
                    {...parts}
                    type="number"
                    min={1}
                    max={100}
                    value={draft.bands[key] ?? ""}
                    onChange={({ target }) =>
                      setDraft({ ...draft, bands: { ...draft.bands, [key]: target.value } })
                    }
                    className="field num"
                  />
                )}
              </Field>
            ))}
          </div>
          {command.issueAt("bands") && <p className="text-xs text-bad">They have to rise.</p>}
        </Part>
        <div>
          <FormProblem command={command} />
          <Button type="submit" look="primary" acts busy={command.busy} disabled={!isWhole} className="mt-1">
            Save
          </Button>
        </div>
      </form>
      <Part
        title="On the last tasks"
        note={effect.data && <span className="num">{effect.data.tasks} compared</span>}
      >
        {!isWhole ? (
          <p className="text-ink-3">Shows here once the weights add up.</p>
        ) : effect.data ? (
          <Effect effect={effect.data} />
        ) : effect.error ? (
          <p className="text-ink-3">Shows here once the bands rise.</p>
        ) : (
          <span className="skeleton h-40" />
        )}
      </Part>
    </div>
  );
}

function settingsOf(draft: {
  weights: { name: Weight; percent: string }[];
  bands: Record<string, string>;
}): RiskSettings {
  const weights = Object.fromEntries(draft.weights.map(({ name, percent }) => [name, Number(percent) / 100]));
  const bands = Object.fromEntries(BANDS.map(({ key }) => [key, Number(draft.bands[key])]));
  return { weights, bands } as RiskSettings;
}

function Effect({ effect }: { effect: RiskSettingsEffect }) {
  return (
    <div aria-live="polite" className="flex flex-col gap-3">
      <table aria-label="Tasks in each band" className="card w-full text-left">
        <thead>
          <tr>
            <th scope="col" className="caption px-3 pt-2">
              Band
            </th>
            <th scope="col" className="caption px-3 pt-2 text-right">
              Now
            </th>
            <th scope="col" className="caption px-3 pt-2 text-right">
              Then
            </th>
          </tr>
        </thead>
        <tbody>
          {effect.levels.map(({ level, before, after }) => (
            <tr key={level}>
              <td className="px-3 py-1">{level.charAt(0) + level.slice(1).toLowerCase()}</td>
              <td className="num px-3 py-1 text-right">{before}</td>
              <td className={clsx("num px-3 py-1 text-right", after !== before && "font-semibold")}>
                {after}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {effect.moved.length === 0 ? (
        <p className="text-ink-3">Nothing moves.</p>
      ) : (
        <ul aria-label="What moves most" className="card divide-y divide-line">
          {effect.moved.map((task) => (
            <li key={task.id} className="flex flex-col gap-0.5 px-3 py-1.5">
              <span className="truncate">{task.title}</span>
              <span className="flex items-center gap-2">
                <RiskMeter {...task.before} />
                <ArrowRight size={12} aria-label="becomes" className="text-ink-3" />
                <RiskMeter {...task.after} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
