import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "#lib/api.ts";

const PAGE = 30;

/** Read again by the events `notification:new` and `notification:read` (lib/live.ts). */
export const notificationQueries = {
  standing: () =>
    queryOptions({
      queryKey: ["notifications", "standing"],
      queryFn: ({ signal }) => api.notifications.standing.query(undefined, { signal }),
    }),
  pages: (unread: boolean) =>
    infiniteQueryOptions({
      queryKey: ["notifications", "list", unread],
      queryFn: ({ signal, pageParam }) =>
        api.notifications.list.query(
          { unread, limit: PAGE, ...(pageParam && { cursor: pageParam }) },
          { signal },
        ),
      initialPageParam: "",
      getNextPageParam: (page) => page.next_cursor,
    }),
};
