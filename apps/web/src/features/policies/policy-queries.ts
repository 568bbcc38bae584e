import type { WhatIfInput } from "@ade/core/policies/schema";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "#lib/api.ts";

/** What a draft would have changed; the last answer stays while the next one is on its way. */
export const policyEffect = (input: WhatIfInput) =>
  queryOptions({
    queryKey: ["policy_effect", input],
    queryFn: ({ signal }) => api.policies.what_if.mutate(input, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });

export const policyVersions = (id: string, version: number) =>
  queryOptions({
    queryKey: ["policies", "versions", id, version],
    queryFn: ({ signal }) => api.policies.versions.query({ id }, { signal }),
  });
