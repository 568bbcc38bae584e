import type { ReactNode } from "react";

type Props = { patterns: readonly string[] | null; every: string; none: string };

/** Patterns as they are, or the word for all and for nothing. */
export function Patterns({ patterns, every, none }: Props): ReactNode {
  if (patterns === null) return every;
  if (patterns.length === 0) return none;
  return patterns.map((pattern) => (
    <code key={pattern} className="mr-2 text-xs [overflow-wrap:anywhere]">
      {pattern}
    </code>
  ));
}
