import type { ListUsersQuery } from "@ade/core/identity/schema";
import type { ResourceType } from "@ade/core/resources/schema";
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api } from "#lib/api.ts";

const PAGE = 50;
/** No event tells of people and catalogue: what another admin changes arrives by reading again. */
export const READ_AGAIN_MS = 15_000;

export type UserFilter = { search: string; role: NonNullable<ListUsersQuery["role"]> | ""; group: string };

export const userPages = ({ search, role, group }: UserFilter) =>
  infiniteQueryOptions({
    queryKey: ["users", "list", search, role, group],
    queryFn: ({ signal, pageParam }) =>
      api.users.list.query(
        {
          limit: PAGE,
          ...(search && { search }),
          ...(role && { role }),
          ...(group && { group }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.pagination.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: READ_AGAIN_MS,
  });

export const resourcePages = (search: string, type: ResourceType | "") =>
  infiniteQueryOptions({
    queryKey: ["resources", "list", search, type],
    queryFn: ({ signal, pageParam }) =>
      api.resources.list.query(
        {
          limit: PAGE,
          ...(search && { search }),
          ...(type && { type }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.pagination.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: READ_AGAIN_MS,
  });
