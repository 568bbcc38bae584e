import { useInfiniteQuery } from "@tanstack/react-query";
import { shellQueries } from "#lib/shell-queries.ts";

/** How many approvals wait for whoever is signed in; shares the inbox's own read. */
export function useWaitingCount(): number | undefined {
  return useInfiniteQuery({
    ...shellQueries.inbox("needs_you", {}),
    select: ({ pages }) => pages[0]?.counts.needs_you,
  }).data;
}
