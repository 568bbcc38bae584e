import type { AuditEntry } from "@ade/core/ledger/schema";
import { Moment } from "#components/ui/time.tsx";

/** `task.state_changed` → `state changed`. Pure. */
export function actionWords(action: string): string {
  return action.slice(action.indexOf(".") + 1).replaceAll("_", " ");
}

/** What happened, newest last, by whom and why. */
export function Timeline({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <ol className="relative flex flex-col gap-2.5 pl-4 before:absolute before:inset-y-1.5 before:left-1 before:w-px before:bg-line-strong">
      {entries.map((entry) => (
        <li key={entry.id} className="relative">
          <span
            aria-hidden
            className={`absolute top-1.5 -left-[0.9375rem] size-1.75 rounded-full border-2 border-surface ${entry.to_state ? "bg-accent" : "bg-control-line"}`}
          />
          <div className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{actionWords(entry.action)}</span>
            {entry.from_state && entry.to_state && (
              <span className="text-2xs text-ink-3">
                {entry.from_state.toLowerCase()} →{" "}
                <span className="text-ink-2">{entry.to_state.toLowerCase()}</span>
              </span>
            )}
            <Moment at={entry.at} className="ml-auto text-xs text-ink-3" />
          </div>
          <p className="text-xs text-ink-3">
            {entry.actor_name}
            {entry.on_behalf_of && ` for ${entry.on_behalf_of}`}
            {entry.reason && <span className="text-ink-2"> — “{entry.reason}”</span>}
          </p>
        </li>
      ))}
    </ol>
  );
}
