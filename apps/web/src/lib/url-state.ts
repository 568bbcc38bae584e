import Router, { useRouter } from "next/router";
import { useCallback } from "react";

export type UrlChange = Record<string, string | readonly string[] | null | undefined>;

type Query = Record<string, string | readonly string[] | undefined>;
/** Where the address is going, until it is there: changes that follow each other quickly must not lose the first. */
let ahead: { pathname: string; query: Query } | undefined;

/**
 * State that lives in the address: filters, sort, section, open item. `set` replaces the address (or adds to the
 * history with `push`) without leaving the page; null and empty values are left out of it.
 */
export function useUrlState() {
  const router = useRouter();
  const { query, pathname } = router;
  const text = (name: string): string => {
    const value = query[name];
    return (Array.isArray(value) ? value[0] : value) ?? "";
  };
  const list = (name: string): string[] => {
    const value = query[name];
    return Array.isArray(value) ? value : value ? [value] : [];
  };
  const set = useCallback(
    (change: UrlChange, how: "push" | "replace" = "replace") => {
      const next: Record<string, string | string[]> = {};
      const before = ahead?.pathname === pathname ? ahead.query : Router.query;
      for (const [name, value] of Object.entries({ ...before, ...change })) {
        if (value && value.length > 0) next[name] = typeof value === "string" ? value : [...value];
      }
      const going = { pathname, query: next };
      ahead = going;
      void Router[how](going, undefined, { shallow: true, scroll: false }).finally(() => {
        if (ahead === going) ahead = undefined;
      });
    },
    [pathname],
  );
  return { text, list, set, isReady: router.isReady };
}
