import { FileText, SearchX } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";
import { ExampleCards } from "./example-cards.tsx";

type Props = {
  search: string;
  create: (() => void) | undefined;
  choose: ((example: string) => void) | undefined;
};

export function PoliciesEmpty({ search, create, choose }: Props) {
  if (search) {
    return (
      <PageState icon={SearchX} title={`No policy has “${search}” in it`}>
        The search looks at names, patterns, groups and roles.
      </PageState>
    );
  }
  return (
    <div className="mx-auto max-w-4xl px-4 pb-8">
      <PageState
        icon={FileText}
        title="No policies yet"
        action={
          create && (
            <Button look="primary" onClick={create}>
              Write the first policy
            </Button>
          )
        }
      >
        Until there is one, every task needs one reviewer who is not its author. A policy says which tasks
        need more, and who has to be asked.
      </PageState>
      {choose && <ExampleCards choose={choose} />}
    </div>
  );
}

export function PoliciesSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto flex max-w-6xl flex-col gap-2.5 p-4">
      {Array.from({ length: 4 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards without content, always the same
        <div key={row} className="card grid grid-cols-3 gap-6 p-4 max-sm:grid-cols-1">
          <span className="skeleton h-4 w-3/5" />
          <span className="flex flex-col gap-2">
            <span className="skeleton h-3 w-4/5" />
            <span className="skeleton h-3 w-1/2" />
          </span>
          <span className="skeleton h-3 w-2/3" />
        </div>
      ))}
    </div>
  );
}
