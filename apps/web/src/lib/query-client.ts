import { QueryClient } from "@tanstack/react-query";
import type { FirstRead } from "./first-read.ts";
import { streamIsDown } from "./live.ts";
import { Problem } from "./problem.ts";
import { shellQueries } from "./shell-queries.ts";

const POLL_MS = 5000;
const RETRIES = 2;

/**
 * One client a page load, with what the server has read for it. Reads go on while the API is away; what is on screen
 * stays there.
 */
export function createQueryClient(first?: FirstRead): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 2000,
        gcTime: 10 * 60_000,
        retry: (count, error) => error instanceof Problem && error.isAway && count < RETRIES,
        retryDelay: 500,
        refetchInterval: () => (streamIsDown() ? POLL_MS : false),
      },
      mutations: { networkMode: "always" },
    },
  });
  if (first) {
    client.setQueryData(shellQueries.me().queryKey, first.me);
    client.setQueryData(shellQueries.preferences().queryKey, first.preferences);
    const inbox = { pages: [first.inbox], pageParams: [""] };
    client.setQueryData(shellQueries.inbox("needs_you", {}).queryKey, inbox);
  }
  return client;
}
