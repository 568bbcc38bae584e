import { CloudOff } from "lucide-react";
import { onDemand } from "#lib/on-demand.tsx";
import { toProblem } from "#lib/problem.ts";
import { PageState } from "./states.tsx";

const Refusal = onDemand(() => import("./refusal.tsx").then((file) => file.Refusal));

/** A failed read: the server is away, said from what is loaded already; else refused or broken. */
export function ProblemState({ error, retry, what }: { error: unknown; retry?: () => void; what: string }) {
  const problem = toProblem(error);
  if (!problem.isAway) return <Refusal problem={problem} what={what} {...(retry && { retry })} />;
  return (
    <PageState icon={CloudOff} title="Waiting for the server">
      {what} will appear here by itself as soon as the server answers again.
    </PageState>
  );
}
