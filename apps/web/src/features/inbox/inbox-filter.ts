import type { InboxFilter } from "@ade/core/views/schema";
import type { useUrlState } from "#lib/url-state.ts";

type Url = Pick<ReturnType<typeof useUrlState>, "text" | "list">;
type RiskLevel = NonNullable<InboxFilter["risk"]>[number];

/** Levels from the least to the most. */
export const RISK_LEVELS: readonly RiskLevel[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
export const RISK_NAMES: Readonly<Record<RiskLevel, string>> = {
  LOW: "Low",
  MEDIUM: "Medium",
  HIGH: "High",
  CRITICAL: "Critical",
};

/** What the address may hold besides section and open item; a saved view is these and the section. */
export const FILTER_NAMES = ["q", "risk", "type", "author", "target", "due"] as const;

/** The filter that the address states; what cannot be meant is left out. */
export function filterOf({ text, list }: Url): InboxFilter {
  const search = text("q");
  const target = text("target");
  const hours = Number(text("due"));
  const risk = RISK_LEVELS.filter((level) => list("risk").includes(level));
  const type = list("type");
  const author = list("author");
  return {
    ...(search && { search }),
    ...(risk.length > 0 && { risk }),
    ...(type.length > 0 && { type }),
    ...(author.length > 0 && { author }),
    ...(target && { target }),
    ...(Number.isInteger(hours) && hours > 0 && { due_within_hours: Math.min(hours, 720) }),
  };
}

/** How many conditions a filter states beside the words that are searched. */
export function conditionCount({ search: _search, ...rest }: InboxFilter): number {
  return Object.keys(rest).length;
}
