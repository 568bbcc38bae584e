import type { TaskView } from "@ade/core/views/schema";
import { CircleCheck, CircleDashed, CornerDownRight } from "lucide-react";
import { Sign } from "#components/ui/badge.tsx";

/** Each policy that matched: what it demands, why, and whether it is met. */
export function Requirements({ view }: { view: TaskView }) {
  const mine = new Map(view.mine?.why.map((why) => [why.requirement_id, why]));
  return (
    <ul className="flex flex-col divide-y divide-line rounded-lg border border-line">
      {view.requirements.map((requirement) => {
        const why = mine.get(requirement.id);
        const isDone = requirement.met || requirement.waived;
        return (
          <li key={requirement.id} className="flex flex-col gap-0.5 px-3 py-2">
            <div className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate font-medium">{requirement.policy}</span>
              <span className="text-xs">
                <Sign
                  tone={isDone ? "good" : "neutral"}
                  icon={
                    isDone ? <CircleCheck size={13} aria-hidden /> : <CircleDashed size={13} aria-hidden />
                  }
                >
                  {requirement.waived ? "Waived" : requirement.met ? "Met" : "Open"}
                </Sign>
              </span>
            </div>
            <p className="text-ink-2">{requirement.demand}</p>
            {requirement.why !== requirement.demand && (
              <p className="text-xs text-ink-3 first-letter:uppercase">{requirement.why}</p>
            )}
            {why && why.via.length > 1 && (
              <p className="flex items-center gap-1 text-xs text-ink-3">
                <CornerDownRight size={12} aria-hidden /> came to you by {why.via.join(" → ")}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What is still missing before it can go on, where the open requirements do not say so already. */
export function Missing({ view }: { view: TaskView }) {
  const said = new Set(view.requirements.map((requirement) => requirement.demand));
  const missing = view.missing.filter((text) => !said.has(text));
  if (missing.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {missing.map((text) => (
        <li key={text} className="flex gap-2 text-ink-2">
          <CircleDashed size={14} aria-hidden className="mt-0.75 shrink-0 text-ink-3" />
          {text}
        </li>
      ))}
    </ul>
  );
}
