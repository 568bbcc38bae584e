import { X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import type { useUrlState } from "#lib/url-state.ts";

/** What is asked for most; any other action is chosen from an entry. */
const ACTIONS = [
  "task.created",
  "task.submitted",
  "task.approved",
  "task.rejected",
  "task.completed",
  "task.drifted",
  "approval.responded",
  "lock.force_released",
  "user.created",
  "user.updated",
  "policy.updated",
  "secret.used",
  "session.signed_in",
];
const FACETS = { task_id: "task", actor_id: "actor", entity_id: "thing" } as const;

/** Facets and time range; all of it lives in the address, so a view can be shared. */
export function AuditFilters({ url }: { url: ReturnType<typeof useUrlState> }) {
  const action = url.text("action");
  const actions = action && !ACTIONS.includes(action) ? [...ACTIONS, action] : ACTIONS;
  return (
    <>
      {(Object.keys(FACETS) as (keyof typeof FACETS)[])
        .filter((name) => url.text(name))
        .map((name) => (
          <Button
            key={name}
            size="small"
            onClick={() => url.set({ [name]: null })}
            aria-label={`Stop filtering by ${FACETS[name]} ${url.text(name)}`}
          >
            {FACETS[name]} <span className="font-mono">…{url.text(name).slice(-6)}</span>
            <X size={12} aria-hidden />
          </Button>
        ))}
      <select
        aria-label="Action"
        className="field w-44!"
        value={action}
        onChange={(event) => url.set({ action: event.target.value })}
      >
        <option value="">Every action</option>
        {actions.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      {(["from", "to"] as const).map((name) => (
        <input
          key={name}
          type="datetime-local"
          aria-label={name === "from" ? "From" : "Until"}
          className="field w-44! max-lg:hidden"
          value={url.text(name)}
          onChange={(event) => url.set({ [name]: event.target.value })}
        />
      ))}
    </>
  );
}
