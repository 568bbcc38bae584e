import { useInfiniteQuery } from "@tanstack/react-query";
import { queries } from "#lib/queries.ts";

/** How many approvals wait for whoever is signed in; shares the inbox's own read. */
export function useWaitingCount(): number | undefined {
  return useInfiniteQuery({
    ...queries.inbox("needs_you", ""),
    select: ({ pages }) => pages[0]?.counts.needs_you,
  }).data;
}
