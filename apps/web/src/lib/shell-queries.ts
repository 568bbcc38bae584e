import type { LockStatus } from "@ade/core/locks/schema";
import type { InboxFilter, InboxSection } from "@ade/core/views/schema";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./api.ts";

/** Rows of the inbox asked for at once. Also spelled in pages/_document.tsx, which asks before this file is loaded. */
const INBOX_PAGE = 100;

const LOCK_STATUS_MS = 5000;
const LOCK_TROUBLE_MS = 2000;

/** True while locks are granted as always. */
export function isWell(status: LockStatus): boolean {
  return status.available && status.grace_until === null;
}

/** What every page reads: the few queries that belong to the first script. */
export const shellQueries = {
  me: () =>
    queryOptions({
      queryKey: ["me"],
      queryFn: ({ signal }) => api.me.query(undefined, { signal }),
      staleTime: 60_000,
    }),
  /** While something is wrong it is asked more often: the number that is queued ticks up. */
  lockStatus: () =>
    queryOptions({
      queryKey: ["lock_status"],
      queryFn: ({ signal }) => api.locks.status.query(undefined, { signal }),
      refetchInterval: ({ state }) => (state.data && !isWell(state.data) ? LOCK_TROUBLE_MS : LOCK_STATUS_MS),
    }),
  preferences: () =>
    queryOptions({
      queryKey: ["preferences"],
      queryFn: ({ signal }) => api.preferences.read.query(undefined, { signal }),
      staleTime: 60_000,
    }),
  inbox: (section: InboxSection, filter: InboxFilter) =>
    infiniteQueryOptions({
      queryKey: ["inbox", section, filter],
      queryFn: ({ signal, pageParam }) =>
        api.views.inbox.query(
          { section, limit: INBOX_PAGE, ...filter, ...(pageParam && { cursor: pageParam }) },
          { signal },
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next_cursor,
    }),
};
