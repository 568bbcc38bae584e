import { Unplug } from "lucide-react";
import { PageState } from "#components/ui/states.tsx";

/** In place of what was not read before the lock store went away. */
export function StoreAway() {
  return (
    <PageState icon={Unplug} title="Nobody can say who holds what">
      The lock store does not answer. Whoever held a lock keeps it until its time is over, nothing new is
      granted, and this page fills by itself as soon as it is back.
    </PageState>
  );
}
