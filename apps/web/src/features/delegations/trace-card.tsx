import { useQuery } from "@tanstack/react-query";
import { Route } from "lucide-react";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { queries } from "#lib/queries.ts";
import type { Me } from "#lib/session.ts";
import { TraceForm } from "./trace-form.tsx";
import { traceInputOf } from "./trace-input.ts";
import { TracePicture } from "./trace-picture.tsx";
import { TraceSteps } from "./trace-steps.tsx";
import { useTraceDraft } from "./use-trace-draft.ts";

/** Where a request would go, drawn and in words, for a change that one can vary. */
export function TraceCard({ me }: { me: Me }) {
  const executors = useQuery(queries.executors());
  const catalogue = useQuery(queries.resources(""));
  // What nobody chose yet is the first that there is, so that something is drawn at first sight.
  const [draft, change] = useTraceDraft({
    type: executors.data?.executors[0]?.type ?? "",
    resource: catalogue.data?.resources[0]?.key ?? (catalogue.data ? "service:default/api" : ""),
  });
  const input = traceInputOf(draft, me.id);
  const trace = useQuery({
    ...queries.delegationTrace(input ?? { type: "-", resource: { type: "service", id: "-" }, risk: 0 }),
    enabled: input !== null,
  });
  return (
    <section aria-label="Where a request would go" className="card @container min-w-0 overflow-hidden">
      <header className="flex items-center gap-2 border-b border-line px-4 py-2.5">
        <Route size={15} aria-hidden className="text-accent" />
        <h2 className="font-semibold">Where would a request go?</h2>
      </header>
      <TraceForm
        draft={draft}
        change={change}
        me={me}
        isReadable={input !== null || draft.resource === "" || draft.type === ""}
        types={(executors.data?.executors ?? []).map(({ type }) => type)}
        keys={(catalogue.data?.resources ?? []).map(({ key }) => key)}
      />
      <div
        aria-live="polite"
        aria-busy={trace.isFetching}
        className="border-t border-line bg-canvas px-4 py-3"
      >
        {trace.data ? (
          <>
            <TracePicture trace={trace.data} />
            <TraceSteps trace={trace.data} />
          </>
        ) : trace.error ? (
          <ProblemState error={trace.error} what="The way" retry={() => void trace.refetch()} />
        ) : (
          <span className="skeleton my-3 block h-11 w-2/3" />
        )}
      </div>
    </section>
  );
}
