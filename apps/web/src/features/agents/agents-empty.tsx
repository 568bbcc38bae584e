import { Bot, SearchX } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";

type Props = { isFiltered: boolean; clear: () => void; create: (() => void) | undefined };

/** No agents: because of the filters, or because there are none yet. */
export function AgentsEmpty({ isFiltered, clear, create }: Props) {
  if (isFiltered) {
    return (
      <PageState
        icon={SearchX}
        title="No agent fits"
        action={<Button onClick={clear}>Clear search and filters</Button>}
      >
        The search looks at names and descriptions.
      </PageState>
    );
  }
  return (
    <PageState
      icon={Bot}
      title="No agents yet"
      action={
        create && (
          <Button look="primary" onClick={create}>
            Make the first agent
          </Button>
        )
      }
    >
      An agent is a program with a name, a key and an owner. It proposes changes; people and policies decide
      about them, and it can never approve. {!create && "An admin can make one."}
    </PageState>
  );
}

/** Cards that breathe while the agents are on their way. */
export function AgentsSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="grid grid-cols-[repeat(auto-fill,minmax(min(18rem,100%),1fr))] gap-3"
    >
      {Array.from({ length: 6 }, (_, card) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards without content, always the same
        <div key={card} className="card flex flex-col gap-3.5 p-3.5">
          <div className="flex items-center gap-3">
            <span className="skeleton size-9" />
            <span className="flex flex-1 flex-col gap-1.5">
              <span className="skeleton h-3 w-1/2" />
              <span className="skeleton h-2.5 w-4/5" />
            </span>
          </div>
          <span className="skeleton h-2" />
          <span className="skeleton h-3 w-2/5" />
        </div>
      ))}
    </div>
  );
}
