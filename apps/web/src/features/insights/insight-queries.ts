import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Inputs } from "#lib/api.ts";

type Range = Inputs["insights"]["decisions"];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const RANGES = [
  { days: 7, name: "7 days" },
  { days: 28, name: "4 weeks" },
  { days: 84, name: "12 weeks" },
  { days: 365, name: "A year" },
] as const;
export const DEFAULT_DAYS = 84;

/** The last so many days, to the end of this hour: what is read within the hour is one read. */
export function rangeOf(days: number, nowMs: number): Range {
  const to = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  return {
    from: new Date(to - days * DAY_MS).toISOString(),
    to: new Date(to).toISOString(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

const options = { placeholderData: keepPreviousData, staleTime: 60_000 } as const;

export const insightQueries = {
  decisions: (range: Range) =>
    queryOptions({
      queryKey: ["insights", "decisions", range],
      queryFn: ({ signal }) => api.insights.decisions.query(range, { signal }),
      ...options,
    }),
  reviewers: (range: Range) =>
    queryOptions({
      queryKey: ["insights", "reviewers", range],
      queryFn: ({ signal }) => api.insights.reviewers.query(range, { signal }),
      ...options,
    }),
  risk: (range: Range) =>
    queryOptions({
      queryKey: ["insights", "risk", range],
      queryFn: ({ signal }) => api.insights.risk.query(range, { signal }),
      ...options,
    }),
  operations: (range: Range) =>
    queryOptions({
      queryKey: ["insights", "operations", range],
      queryFn: ({ signal }) => api.insights.operations.query(range, { signal }),
      ...options,
    }),
};
