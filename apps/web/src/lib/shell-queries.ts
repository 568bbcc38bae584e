import type { InboxSection } from "@ade/core/views/schema";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "./api.ts";

/** Rows of the inbox asked for at once. Also spelled in pages/_document.tsx, which asks before this file is loaded. */
const INBOX_PAGE = 100;

/** What every page reads: the few queries that belong to the first script. */
export const shellQueries = {
  me: () =>
    queryOptions({
      queryKey: ["me"],
      queryFn: ({ signal }) => api.me.query(undefined, { signal }),
      staleTime: 60_000,
    }),
  inbox: (section: InboxSection, search: string) =>
    infiniteQueryOptions({
      queryKey: ["inbox", section, search],
      queryFn: ({ signal, pageParam }) =>
        api.views.inbox.query(
          { section, limit: INBOX_PAGE, ...(search && { search }), ...(pageParam && { cursor: pageParam }) },
          { signal },
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next_cursor,
    }),
};
