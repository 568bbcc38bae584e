import { TOOL_CALL_TYPE } from "./may-propose.ts";

/** What a rate counts: calls of tools, or all other tasks. */
export type Counted = "tasks" | "tool_calls";

/** A limit that is enforced where an agent proposes. */
export type Rate = {
  /** As the agent's settings call it: `tasks_per_hour`. */
  readonly name: string;
  readonly counted: Counted;
  readonly most: number;
  readonly window_seconds: number;
};

/** A rate above this is as good as none, and a count beyond it is no number of rows. */
const MOST_COUNTED = 1_000_000_000;
const SECONDS = { minute: 60, hour: 3_600, day: 86_400 } as const;
const NAME = /^(tasks|tool_calls)_per_(minute|hour|day)$/;

/** What a task of this type counts as. */
export const countedAs = (type: string): Counted => (type === TOOL_CALL_TYPE ? "tool_calls" : "tasks");

/** One of an agent's limits as a rate of proposals; null for what cannot be counted here (tokens, money). Pure. */
export function rateOf(name: string, most: number): Rate | null {
  const [, counted, window] = NAME.exec(name) ?? [];
  if (!counted || !window) return null;
  return {
    ...{ name, counted: counted as Counted, most: Math.min(Math.floor(most), MOST_COUNTED) },
    window_seconds: SECONDS[window as keyof typeof SECONDS],
  };
}

/** The rates that a task of this type falls under. */
export function ratesFor(type: string, limits: Readonly<Record<string, number>>): Rate[] {
  return Object.entries(limits).flatMap(([name, most]) => {
    const rate = rateOf(name, most);
    return rate?.counted === countedAs(type) ? [rate] : [];
  });
}

/** `20 tasks per hour`. */
export function rateText({ counted, most, name }: Rate): string {
  const what = counted === "tasks" ? "task" : "tool call";
  return `${most} ${what}${most === 1 ? "" : "s"} per ${name.split("_").at(-1)}`;
}
