import type { LearnedModel } from "@ade/core/risk/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BrainCircuit } from "lucide-react";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago } from "#components/ui/time.tsx";
import { FACTOR_NAMES } from "#features/task/risk-factors.tsx";
import { api } from "#lib/api.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import { InsightCard, percent, Rows } from "./insight-parts.tsx";

const FACTORS = ["resource_criticality", "change_magnitude", "blast_radius", "historical_failure_rate"];

/** The learned model: what it was trained on, how it was judged, and that it decides nothing. */
export function LearnedCard() {
  const me = useMe();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["risk_learned"],
    queryFn: ({ signal }) => api.risk.learned.query(undefined, { signal }),
  });
  const command = useCommand(
    () => api.risk.learn.mutate({}),
    () => void client.invalidateQueries({ queryKey: ["risk_learned"] }),
  );
  return (
    <InsightCard
      title="Learned model"
      note="Foretells from the same four factors how likely a change is to fail, by this project's own history. It is shown beside the score and decides nothing."
    >
      <Resolved query={query} what="The learned model" loading={<span className="skeleton h-24" />}>
        {({ model }) => (
          <>
            {model ? <Model model={model} /> : <p className="text-ink-2">It has not been trained yet.</p>}
            {me?.roles.includes("admin") && (
              <div>
                <FormProblem command={command} />
                <Button acts busy={command.busy} onClick={() => void command.send()}>
                  <BrainCircuit size={14} aria-hidden /> {model ? "Train it anew" : "Train it"}
                </Button>
              </div>
            )}
          </>
        )}
      </Resolved>
    </InsightCard>
  );
}

function Model({ model }: { model: LearnedModel }) {
  const { judged, weights, trained_on, held_out } = model;
  return (
    <>
      <p className="text-ink-2">
        {model.why}{" "}
        <span className="text-ink-3">
          Trained <Ago at={model.trained_at} /> on {trained_on.tasks} tasks with {trained_on.failures}{" "}
          failures, judged by the {held_out.tasks} after them with {held_out.failures}.
        </span>
      </p>
      {judged && weights && (
        <div className="grid gap-4 @3xl:grid-cols-3">
          <Rows
            label="How it was judged"
            rows={[
              { name: "Log loss", model: judged.log_loss, base: judged.base_log_loss },
              { name: "Brier score", model: judged.brier, base: judged.base_brier },
              { name: "Area under the curve", model: judged.auc, base: 0.5 },
            ]}
            keyOf={({ name }) => name}
            columns={[
              { name: "Held out", of: ({ name }) => name, isText: true },
              { name: "Model", of: (row) => row.model.toFixed(3) },
              { name: "Plain share", of: (row) => row.base.toFixed(3) },
            ]}
          />
          <Rows
            label="Calibration"
            rows={judged.groups.map((group, place) => ({ ...group, place }))}
            keyOf={({ place }) => String(place)}
            columns={[
              { name: "Foretold", of: ({ foretold }) => percent(foretold), isText: true },
              { name: "Failed", of: ({ failed }) => `${percent(failed.share)} of ${failed.of}` },
              { name: "95 %", of: ({ failed }) => `${percent(failed.low)} – ${percent(failed.high)}` },
            ]}
          />
          <Rows
            label="What it goes by"
            rows={FACTORS.map((name, place) => ({ name, weight: weights[place + 1] ?? 0 }))}
            keyOf={({ name }) => name}
            columns={[
              { name: "10 points more of", of: ({ name }) => FACTOR_NAMES[name], isText: true },
              { name: "Odds of failure", of: ({ weight }) => `× ${Math.exp(weight / 10).toFixed(2)}` },
            ]}
          />
        </div>
      )}
    </>
  );
}
