import { ArrowUpRight } from "lucide-react";
import { policyExamples } from "./policy-examples.ts";

/** Policies to start from; choosing one opens the form with it, and stores nothing. */
export function ExampleCards({ choose }: { choose: (id: string) => void }) {
  const examples = policyExamples("UTC", new Date().getFullYear());
  return (
    <ul
      aria-label="Examples to start from"
      className="grid grid-cols-[repeat(auto-fill,minmax(13rem,1fr))] gap-2 text-left"
    >
      {examples.map(({ id, title, why }) => (
        <li key={id}>
          <button
            type="button"
            onClick={() => choose(id)}
            className="card flex size-full items-start gap-2 px-3 py-2.5 text-left hover:border-line-strong hover:bg-hover"
          >
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{title}</span>
              <span className="block text-xs text-ink-3">{why}</span>
            </span>
            <ArrowUpRight size={14} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
          </button>
        </li>
      ))}
    </ul>
  );
}
