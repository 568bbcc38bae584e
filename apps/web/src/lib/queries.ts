import type { TaskConfig } from "@ade/core/executors/schema";
import type { InboxSection } from "@ade/core/views/schema";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Inputs } from "./api.ts";

const LOCKS_PAGE = 100;
const DEADLOCKS_PAGE = 20;
const LEASES_MS = 5000;

export type KeyHolder = { id: string; kind: "agent" | "user" };

/** What pages read, with the keys that events invalidate (lib/live.ts); what every page reads is in shell-queries.ts. */
export const queries = {
  taskView: (id: string) =>
    queryOptions({
      queryKey: ["task", id],
      queryFn: ({ signal }) => api.views.task.query({ id }, { signal }),
    }),
  inboxFacets: (section: InboxSection) =>
    queryOptions({
      queryKey: ["inbox", section, "facets"],
      queryFn: ({ signal }) => api.views.facets.query({ section }, { signal }),
    }),
  savedViews: (page: "inbox" | "tasks" | "audit") =>
    queryOptions({
      queryKey: ["saved_views", page],
      queryFn: ({ signal }) => api.views.saved.list.query({ page }, { signal }),
    }),
  tasks: (query: Inputs["tasks"]["list"]) =>
    queryOptions({
      queryKey: ["tasks", query],
      queryFn: ({ signal }) => api.tasks.list.query(query, { signal }),
      placeholderData: keepPreviousData,
    }),
  executors: () =>
    queryOptions({
      queryKey: ["executors"],
      queryFn: ({ signal }) => api.executors.list.query(undefined, { signal }),
      staleTime: 300_000,
    }),
  commands: () =>
    queryOptions({
      queryKey: ["commands", "offers"],
      queryFn: ({ signal }) => api.commands.offers.query(undefined, { signal }),
      staleTime: 15_000,
    }),
  simulation: (config: TaskConfig, tags: string[]) =>
    queryOptions({
      queryKey: ["simulation", config, tags],
      queryFn: ({ signal }) => api.simulate.mutate({ config, metadata: { tags } }, { signal }),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  resources: (search: string) =>
    queryOptions({
      queryKey: ["resources", search],
      queryFn: ({ signal }) => api.resources.list.query({ limit: 50, ...(search && { search }) }, { signal }),
      placeholderData: keepPreviousData,
    }),
  /** One page of the held locks; heartbeats move their ends without an event. */
  locks: (filter: Omit<Inputs["locks"]["list"], "limit" | "cursor">, cursor: string) =>
    queryOptions({
      queryKey: ["locks", "list", filter, cursor],
      queryFn: ({ signal }) =>
        api.locks.list.query({ ...filter, limit: LOCKS_PAGE, ...(cursor && { cursor }) }, { signal }),
      gcTime: 30_000,
      refetchInterval: LEASES_MS,
    }),
  lockGraph: () =>
    queryOptions({
      queryKey: ["locks", "graph"],
      queryFn: ({ signal }) => api.locks.graph.query(undefined, { signal }),
      refetchInterval: LEASES_MS,
    }),
  deadlocks: () =>
    infiniteQueryOptions({
      queryKey: ["locks", "deadlocks"],
      queryFn: ({ signal, pageParam }) =>
        api.locks.deadlocks.query(
          { limit: DEADLOCKS_PAGE, ...(pageParam && { cursor: pageParam }) },
          { signal },
        ),
      initialPageParam: "",
      getNextPageParam: ({ pagination }) => pagination.next_cursor,
    }),
  agents: () =>
    queryOptions({
      queryKey: ["agents"],
      queryFn: ({ signal }) => api.agents.list.query({ limit: 100 }, { signal }),
    }),
  policies: () =>
    queryOptions({
      queryKey: ["policies"],
      queryFn: ({ signal }) => api.policies.list.query(undefined, { signal }),
    }),
  delegations: (scope: "both" | "all") =>
    queryOptions({
      queryKey: ["delegations", scope],
      queryFn: ({ signal }) => api.delegations.list.query({ scope }, { signal }),
    }),
  delegationTrace: (input: Inputs["delegations"]["trace"]) =>
    queryOptions({
      queryKey: ["delegations", "trace", input],
      queryFn: ({ signal }) => api.delegations.trace.query(input, { signal }),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  users: (search: string) =>
    queryOptions({
      queryKey: ["users", search],
      queryFn: ({ signal }) => api.users.list.query({ limit: 100, ...(search && { search }) }, { signal }),
      placeholderData: keepPreviousData,
    }),
  user: (id: string) =>
    queryOptions({
      queryKey: ["user", id],
      queryFn: ({ signal }) => api.users.get.query({ id }, { signal }),
      staleTime: 60_000,
    }),
  groups: () =>
    queryOptions({ queryKey: ["groups"], queryFn: ({ signal }) => api.groups.query(undefined, { signal }) }),
  /** One's own, or those of an agent or of another person. */
  apiKeys: (holder?: KeyHolder) =>
    queryOptions({
      queryKey: ["api_keys", holder?.id ?? ""],
      queryFn: ({ signal }) =>
        holder?.kind === "agent"
          ? api.agents.keys.list.query({ id: holder.id, limit: 100 }, { signal })
          : api.api_keys.list.query({ limit: 100, ...(holder && { principal_id: holder.id }) }, { signal }),
    }),
  chain: () =>
    queryOptions({
      queryKey: ["chain"],
      queryFn: ({ signal }) => api.audit.verify.query(undefined, { signal }),
      staleTime: 30_000,
    }),
  system: () =>
    queryOptions({
      queryKey: ["system"],
      queryFn: ({ signal }) => api.system.status.query(undefined, { signal }),
      refetchInterval: 5000,
    }),
};
