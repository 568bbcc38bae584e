import type { RefObject } from "react";
import { useKeys } from "./keys.ts";

/**
 * j and k move the focus over the elements of a list that are marked `data-row`; enter is then the element's own. The
 * focus stays where live updates leave it.
 */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  const move = (step: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    if (rows.length === 0) return false;
    const at = rows.findIndex(
      (row) => row.contains(document.activeElement) || row === document.activeElement,
    );
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ next: () => move(1), previous: () => move(-1) });
}
