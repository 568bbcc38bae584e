import { QueryClient } from "@tanstack/react-query";
import { streamIsDown } from "./live.ts";
import { Problem } from "./problem.ts";

const POLL_MS = 5000;
const RETRIES = 2;

/** One client a page load. Reads go on while the API is away; what is on screen stays there. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
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
}
