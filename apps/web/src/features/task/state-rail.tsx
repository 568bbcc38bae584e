import type { TaskView } from "@ade/core/views/schema";
import clsx from "clsx";
import { Check, X } from "lucide-react";
import { Moment } from "#components/ui/time.tsx";

const STATIONS = ["DRAFT", "SUBMITTED", "REVIEWING", "APPROVED", "APPLYING", "COMPLETED"] as const;
const NAMES: Record<string, string> = {
  DRAFT: "Draft",
  SUBMITTED: "Submitted",
  REVIEWING: "In review",
  APPROVED: "Approved",
  APPLYING: "Applying",
  COMPLETED: "Completed",
  REJECTED: "Rejected",
  CANCELLED: "Cancelled",
};

/** The way of a task, with when it reached each station last; an early end takes the place of the last one. */
export function StateRail({ view }: { view: TaskView }) {
  const { task, timeline } = view;
  const reached = new Map<string, string>([["DRAFT", task.metadata.created_at]]);
  for (const entry of timeline) if (entry.to_state) reached.set(entry.to_state, entry.at);
  const endedEarly = task.state === "REJECTED" || task.state === "CANCELLED";
  const stations: string[] = endedEarly
    ? [...STATIONS.slice(0, -1).filter((state) => reached.has(state)), task.state]
    : [...STATIONS];
  const here = stations.indexOf(task.state);
  const isBad = endedEarly || (task.state === "COMPLETED" && task.execution?.result !== "success");
  return (
    <ol aria-label="Way of the task" className="flex max-md:flex-col">
      {stations.map((state, place) => {
        const isPast = place < here;
        const isHere = place === here;
        const at = place <= here ? reached.get(state) : undefined;
        const isEnd = isHere && (endedEarly || state === "COMPLETED");
        return (
          <li
            key={state}
            aria-current={isHere ? "step" : undefined}
            className="relative flex flex-1 gap-2 max-md:min-h-9 max-md:pb-2 md:flex-col"
          >
            {place < stations.length - 1 && (
              <span
                aria-hidden
                className={clsx(
                  "absolute bg-line-strong max-md:top-4 max-md:bottom-0 max-md:left-1.75 max-md:w-0.5",
                  "md:top-1.75 md:right-1 md:left-5 md:h-0.5",
                  isPast && "bg-accent!",
                )}
              />
            )}
            <span
              aria-hidden
              className={clsx(
                "z-1 grid size-4 shrink-0 place-items-center rounded-full border-2",
                isEnd
                  ? isBad
                    ? "border-bad bg-bad text-bad-ink"
                    : "border-good bg-good text-surface"
                  : isPast
                    ? "border-accent bg-accent text-accent-ink"
                    : isHere
                      ? "border-accent bg-surface"
                      : "border-line-strong bg-surface",
              )}
            >
              {isEnd ? (
                isBad ? (
                  <X size={10} strokeWidth={3.5} />
                ) : (
                  <Check size={10} strokeWidth={3.5} />
                )
              ) : isPast ? (
                <Check size={10} strokeWidth={3.5} />
              ) : (
                isHere && <span className="size-1.5 rounded-full bg-accent" />
              )}
            </span>
            <span className="max-md:flex max-md:flex-1 max-md:justify-between">
              <span
                className={clsx(
                  "block leading-4",
                  isHere ? "font-semibold" : isPast ? "text-ink-2" : "text-ink-3",
                )}
              >
                {NAMES[state]}
              </span>
              {at && <Moment at={at} className="text-2xs text-ink-3" />}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
