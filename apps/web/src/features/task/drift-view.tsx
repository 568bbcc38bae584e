import type { TaskView } from "@ade/core/views/schema";
import { GitCompareArrows } from "lucide-react";
import { useMemo, useState } from "react";
import { Moment } from "#components/ui/time.tsx";
import { Changes } from "./changes.tsx";
import { DiffView } from "./diff-view.tsx";
import { Part } from "./facts.tsx";
import { changeLines, diffLines } from "./line-diff.ts";

const FORMS = ["Difference", "Side by side"] as const;

/** Why an approved change went back to review, and how what it would do now differs from what was approved. */
export function DriftView({ view }: { view: TaskView }) {
  const { drift } = view;
  const now = view.task.preview?.changes;
  const [form, setForm] = useState<(typeof FORMS)[number]>("Difference");
  const lines = useMemo(
    () => (drift?.changes && now ? diffLines(changeLines(drift.changes), changeLines(now)) : null),
    [drift, now],
  );
  if (!drift) return null;
  return (
    <Part
      title="Not applied: things have changed since it was approved"
      note={
        <>
          revision <span className="num">{drift.revision}</span> →{" "}
          <span className="num">{view.task.revision}</span>
        </>
      }
    >
      <div className="overflow-hidden rounded-lg border border-warn-line bg-surface">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 bg-warn-soft px-3 py-2">
          <GitCompareArrows size={15} aria-hidden className="shrink-0 text-warn" />
          <p className="min-w-0 flex-1 first-letter:uppercase">{drift.reason?.replace(/\.$/, "")}.</p>
          {lines !== null && lines.length > 0 && (
            <fieldset
              aria-label="Form of the comparison"
              className="no-print flex gap-0.5 rounded-md border border-line bg-surface p-0.5"
            >
              {FORMS.map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={form === name}
                  onClick={() => setForm(name)}
                  className="h-6 rounded-sm px-2 text-xs font-medium text-ink-3 hover:text-ink aria-pressed:bg-hover aria-pressed:text-ink"
                >
                  {name}
                </button>
              ))}
            </fieldset>
          )}
        </div>
        {lines === null ? (
          <p className="px-3 py-2 text-ink-2">
            {now
              ? "It was approved without a preview, so there is nothing to compare with."
              : "What it would do now is being planned."}
          </p>
        ) : lines.length === 0 ? (
          <p className="px-3 py-2 text-ink-2">What it would do is the same as what was approved.</p>
        ) : form === "Difference" ? (
          <>
            <p className="flex flex-wrap gap-x-4 border-b border-line px-3 py-1.5 text-xs text-ink-2">
              <span>
                <span className="font-mono text-bad">−</span> what was approved
                {drift.approved_at && (
                  <>
                    {" "}
                    on <Moment at={drift.approved_at} />
                  </>
                )}
              </span>
              <span>
                <span className="font-mono text-good">+</span> what it would do now
              </span>
            </p>
            <DiffView lines={lines} split={false} label="Approved change against what would happen now" />
          </>
        ) : (
          <div className="grid gap-px bg-line md:grid-cols-2">
            <Side title="What was approved" changes={drift.changes ?? []} />
            <Side title="What it would do now" changes={now ?? []} />
          </div>
        )}
      </div>
    </Part>
  );
}

function Side({
  title,
  changes,
}: {
  title: string;
  changes: NonNullable<NonNullable<TaskView["drift"]>["changes"]>;
}) {
  const preview = { valid: true, changes, warnings: [], errors: [], affected_services: [] };
  return (
    <section className="flex min-w-0 flex-col gap-2 bg-surface p-3" aria-label={title}>
      <h3 className="caption">{title}</h3>
      <Changes preview={preview} />
    </section>
  );
}
