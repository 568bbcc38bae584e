import { FileQuestion, ShieldX, TriangleAlert } from "lucide-react";
import type { Problem } from "#lib/problem.ts";
import { Button } from "./button.tsx";
import { PageState } from "./states.tsx";

/** A read that the server refused or broke on: forbidden, not found, or with the request id to quote. */
export function Refusal({ problem, retry, what }: { problem: Problem; retry?: () => void; what: string }) {
  if (problem.status === 403) {
    return (
      <PageState icon={ShieldX} title="Not for your role" role="alert">
        {problem.message} An admin can change what you may see.
      </PageState>
    );
  }
  if (problem.status === 404) {
    return (
      <PageState icon={FileQuestion} title="There is no such thing" role="alert">
        Check the address. It may have been a draft that its author deleted.
      </PageState>
    );
  }
  return (
    <PageState
      icon={TriangleAlert}
      title={`${what} could not be loaded`}
      role="alert"
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      <p>{problem.message}</p>
      {problem.next && <p>{problem.next}</p>}
      {problem.requestId && (
        <p className="mt-2 text-xs text-ink-3">
          Request <code className="select-all">{problem.requestId}</code>
        </p>
      )}
    </PageState>
  );
}
