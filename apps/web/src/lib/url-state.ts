import { useRouter } from "next/router";
import { useCallback } from "react";

export type UrlChange = Record<string, string | readonly string[] | null | undefined>;

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
      for (const [name, value] of Object.entries({ ...router.query, ...change })) {
        if (value && value.length > 0) next[name] = typeof value === "string" ? value : [...value];
      }
      void router[how]({ pathname, query: next }, undefined, { shallow: true, scroll: false });
    },
    [router, pathname],
  );
  return { text, list, set, isReady: router.isReady };
}
