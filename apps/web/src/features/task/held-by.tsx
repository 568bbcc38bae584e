import type { Simulation } from "@ade/core/gate/schema";
import { Snowflake } from "lucide-react";
import { Left } from "#components/ui/time.tsx";

/** The freeze that would hold a change back, were it approved now. */
export function HeldBy({ held }: { held: NonNullable<Simulation["held_by"]> }) {
  return (
    <p className="flex gap-2 rounded-lg border border-accent-line bg-accent-soft px-3 py-2">
      <Snowflake size={15} aria-hidden className="mt-0.5 shrink-0 text-accent" />
      <span>
        The freeze <span className="font-medium">“{held.name}”</span> is in force. Once approved it waits for
        the end: <Left until={held.until} />.
      </span>
    </p>
  );
}
