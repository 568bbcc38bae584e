import type { Preferences, PreferencesPatch } from "@ade/core/preferences/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./api.ts";
import { shellQueries } from "./shell-queries.ts";

/** What the person at the screen set for themselves; undefined until it is read. */
export function usePreferences(): Preferences | undefined {
  return useQuery(shellQueries.preferences()).data;
}

/** Changes one's own preferences; every window of the same person follows. Throws Problem. */
export function useSetPreferences(): (patch: PreferencesPatch) => Promise<void> {
  const client = useQueryClient();
  return async (patch) => {
    client.setQueryData(["preferences"], await api.preferences.write.mutate(patch));
  };
}
