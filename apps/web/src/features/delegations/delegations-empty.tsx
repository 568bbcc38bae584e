import { UserRoundCheck } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";

export function DelegationsEmpty({ create }: { create: () => void }) {
  return (
    <div className="card">
      <PageState
        icon={UserRoundCheck}
        title="You answer for yourself"
        action={
          <Button look="primary" onClick={create}>
            Delegate something
          </Button>
        }
      >
        While you are away, or for changes that somebody else knows better, let them answer in your place.
        Their answer then counts for you.
      </PageState>
    </div>
  );
}

export function DelegationsSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-2.5">
      {Array.from({ length: 3 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards without content, always the same
        <div key={row} className="card flex flex-col gap-2.5 p-4">
          <span className="skeleton h-4 w-2/5" />
          <span className="skeleton h-3 w-3/5" />
          <span className="skeleton h-3 w-1/3" />
        </div>
      ))}
    </div>
  );
}
