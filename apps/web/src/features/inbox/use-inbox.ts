import type { InboxFilter, InboxRow, InboxSection } from "@ade/core/views/schema";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { shellQueries } from "#lib/shell-queries.ts";
import { EMPTY_LINEUP, mergeLineup, sameLineup } from "./lineup.ts";

export type Line = { row: InboxRow; gone: boolean };

const NONE: ReadonlySet<string> = new Set();

/** One section of the inbox as it stands on the screen; `refresh` lets in what was held back. */
export function useInbox(section: InboxSection, filter: InboxFilter, taken: ReadonlySet<string> = NONE) {
  const query = useInfiniteQuery(shellQueries.inbox(section, filter));
  const listKey = `${section}:${JSON.stringify(filter)}`;
  const [stand, setStand] = useState({ listKey, lineup: EMPTY_LINEUP, rows: new Map<string, InboxRow>() });

  const fresh = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const before = stand.listKey === listKey ? stand.lineup : EMPTY_LINEUP;
  const lineup = useMemo(
    () =>
      mergeLineup(
        before,
        fresh.map((row) => row.task_id),
      ),
    [before, fresh],
  );
  const rows = useMemo(() => {
    const known = new Map(stand.rows);
    for (const row of fresh) known.set(row.task_id, row);
    return known;
  }, [stand.rows, fresh]);
  if (query.data && (stand.listKey !== listKey || !sameLineup(before, lineup)))
    setStand({ listKey, lineup, rows });

  const lines = useMemo(
    () =>
      lineup.shown.flatMap((id): Line[] => {
        const row = taken.has(id) ? undefined : rows.get(id);
        return row ? [{ row, gone: lineup.gone.has(id) }] : [];
      }),
    [lineup, rows, taken],
  );
  return {
    query,
    lines,
    held: lineup.held.length,
    counts: query.data?.pages[0]?.counts,
    total: query.data?.pages[0]?.total,
    refresh: () => setStand({ listKey, lineup: EMPTY_LINEUP, rows: new Map() }),
  };
}
