import type { TaskList } from "@ade/client";
import type { Style } from "./style.ts";

/** What is left out of a list, and how to get it; nothing where it is whole. Pure. */
export function paging(
  { page, limit, total, total_is_exact, has_more }: TaskList["pagination"],
  style: Style,
): string {
  if (!has_more) return "";
  const of = `${total_is_exact ? "" : "more than "}${total}`;
  return style.dim(
    `${(page - 1) * limit + 1} to ${page * limit} of ${of}; --page ${page + 1} shows the next.`,
  );
}
