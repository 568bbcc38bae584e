import type { useUrlState } from "#lib/url-state.ts";
import { STATUSES } from "./health.tsx";
import type { AgentFilter } from "./queries.ts";

/** Orders of the list; the first is what holds where the address names none. */
export const SORTS = [
  { value: "", label: "By name" },
  { value: "status", label: "By health" },
  { value: "load", label: "By load" },
  { value: "heartbeat", label: "By heartbeat" },
  { value: "created", label: "Newest first" },
] as const;

/** The names under which filters stand in the address. */
export const FILTERS = ["q", "status", "tag", "favourites"] as const;

/** What the address asks of the server; values that are none are left out. Pure. */
export function filterOf(text: ReturnType<typeof useUrlState>["text"]): AgentFilter {
  const status = STATUSES.find((each) => each === text("status"));
  const sort = SORTS.find(({ value }) => value !== "" && value === text("sort"))?.value;
  return {
    ...(text("q") && { search: text("q") }),
    ...(status && { status }),
    ...(text("tag") && { tag: text("tag") }),
    ...(text("favourites") && { favourites: true }),
    ...(sort && { sort }),
  };
}
