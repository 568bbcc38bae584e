import { useQueries } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { queries } from "#lib/queries.ts";
import { linesOf, newBook, pageOfRow, turnPage } from "./lock-book.ts";
import type { LockFilter } from "./lock-filter.ts";

/** The next page is read when its rows are so near. */
const AHEAD_ROWS = 60;

/**
 * The held locks as far as they were scrolled through. Only the pages in view are read again, by events and with the
 * heartbeats; `isStill` keeps every row where it is. `onView` tells which rows are in view.
 */
export function useLockPages(filter: LockFilter, isStill: boolean) {
  const filterKey = JSON.stringify(filter);
  const [stand, setStand] = useState(() => newBook(filterKey));
  const view = useRef({ from: 0, to: 0 });
  const [reach, setReach] = useState({ first: 0, last: 0 });
  const before = stand.filterKey === filterKey ? stand : newBook(filterKey);

  const seen = before.pages.slice(reach.first, reach.last + 1);
  const readings = useQueries({ queries: seen.map(({ cursor }) => queries.locks(filter, cursor)) });
  let book = before;
  readings.forEach(({ data }, at) => {
    const cursor = seen[at]?.cursor;
    if (data && cursor !== undefined) book = turnPage(book, reach.first + at, cursor, data, isStill);
  });
  if (book !== stand) setStand(book);

  const lines = useMemo(() => linesOf(book), [book]);
  const { ends } = lines;
  // Scrolling renders nothing here until it reaches another page.
  const look = useCallback(() => {
    const first = pageOfRow(ends, view.current.from);
    const last = pageOfRow(ends, view.current.to + AHEAD_ROWS);
    setReach((old) => (old.first === first && old.last === last ? old : { first, last }));
  }, [ends]);
  const lookNow = useRef(look);
  useEffect(() => {
    lookNow.current = look;
    look();
  }, [look]);
  const onView = useCallback((from: number, to: number) => {
    view.current = { from, to };
    lookNow.current();
  }, []);
  return {
    ...lines,
    isRead: book.pages[0]?.reading !== undefined,
    error: readings.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const { refetch } of readings) void refetch();
    },
    onView,
  };
}
