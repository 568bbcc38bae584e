import type { TaskView } from "@ade/core/views/schema";
import { useMemo, useState } from "react";
import { Ago } from "#components/ui/time.tsx";
import { DiffView } from "./diff-view.tsx";
import { Part } from "./facts.tsx";
import { configLines, diffLines } from "./line-diff.ts";

/**
 * What is different from what this reader saw last. Looking makes it seen, so what was told first stays for as long as
 * the task is open here.
 */
export function SinceLook({ view }: { view: TaskView }) {
  const [since, setSince] = useState(view.since_your_look);
  // A newer look back replaces the first: the task was edited while it is open here.
  if (view.since_your_look && view.since_your_look.revision !== since?.revision)
    setSince(view.since_your_look);
  const lines = useMemo(
    () => (since ? diffLines(configLines(since.config), configLines(view.task.config)) : []),
    [since, view.task.config],
  );
  if (!since || since.revision === view.task.revision) return null;
  return (
    <Part
      title="Since you looked"
      note={
        <>
          revision <span className="num">{since.revision}</span> →{" "}
          <span className="num">{view.task.revision}</span>, <Ago at={since.looked_at} />
        </>
      }
    >
      <div className="overflow-hidden rounded-lg border border-accent-line bg-surface">
        {lines.length > 0 ? (
          <DiffView lines={lines} split={false} label="What was edited since you looked" />
        ) : (
          <p className="px-3 py-2 text-ink-2">
            The proposal reads the same. What it is applied to has changed, so it was planned again.
          </p>
        )}
      </div>
    </Part>
  );
}
