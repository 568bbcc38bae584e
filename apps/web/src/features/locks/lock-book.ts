import type { QueuedLock } from "@ade/core/locks/schema";
import { arrange, type LockRow } from "./lock-lineup.ts";

/** What one read of a page answers. */
export type LockReading = {
  locks: readonly QueuedLock[];
  pagination: { total: number; next_cursor?: string | undefined };
};
/** A page of the list as it stands; without a reading it is known only by where it begins. */
type LockPage = {
  readonly cursor: string;
  readonly rows: readonly LockRow[];
  readonly heldBack: number;
  readonly reading: LockReading | undefined;
};
/** All pages that were reached so far. Only those in view are read again. */
export type LockBook = {
  readonly filterKey: string;
  readonly pages: readonly LockPage[];
  /** At least so many, as the server counted. */
  readonly total: number;
};

const blank = (cursor: string): LockPage => ({ cursor, rows: [], heldBack: 0, reading: undefined });

/** A list of which nothing was read yet. Pure. */
export function newBook(filterKey: string): LockBook {
  return { filterKey, pages: [blank("")], total: 0 };
}

/**
 * The book with one page read again; the same book where that changes nothing. A page that now ends elsewhere moves the
 * beginning of the next one, whose rows stay until it is read from there. Pure.
 */
export function turnPage(
  book: LockBook,
  at: number,
  cursor: string,
  reading: LockReading,
  isStill: boolean,
): LockBook {
  const page = book.pages[at];
  if (!page || page.cursor !== cursor) return book;
  const isSettled = page.heldBack === 0 && !page.rows.some(({ isGone }) => isGone);
  if (page.reading === reading && (isStill || isSettled)) return book;
  const { next_cursor, total } = reading.pagination;
  const isLast = next_cursor === undefined;
  const read: LockPage = { cursor, reading, ...arrange(page.rows, reading.locks, { isStill, isLast }) };
  const after = isLast ? [] : followingPages(book.pages.slice(at + 1), next_cursor);
  return { ...book, pages: [...book.pages.slice(0, at), read, ...after], total };
}

function followingPages([next, ...others]: readonly LockPage[], cursor: string): readonly LockPage[] {
  if (!next) return [blank(cursor)];
  return [next.cursor === cursor ? next : { ...next, cursor, reading: undefined }, ...others];
}

/** What a list shows of its book. */
export type LockLines = {
  readonly rows: readonly LockRow[];
  /** At which row each page ends. */
  readonly ends: readonly number[];
  /** Exact once the last page was read. */
  readonly total: number;
  readonly isExact: boolean;
  readonly gone: number;
  readonly heldBack: number;
};

/** The rows of all pages, each lock once. Pure. */
export function linesOf({ pages, total }: LockBook): LockLines {
  const seen = new Set<string>();
  const rows: LockRow[] = [];
  let gone = 0;
  let heldBack = 0;
  const ends = pages.map((page) => {
    for (const row of page.rows) {
      if (seen.has(row.lock.id)) continue;
      seen.add(row.lock.id);
      rows.push(row);
      if (row.isGone) gone++;
    }
    heldBack += page.heldBack;
    return rows.length;
  });
  const isExact = pages.at(-1)?.reading !== undefined;
  const present = rows.length - gone;
  return { rows, ends, gone, heldBack, isExact, total: isExact ? present : Math.max(total, present) };
}

/** The page on which a row is; behind the last row the last page, which is perhaps still to be read. Pure. */
export function pageOfRow(ends: readonly number[], row: number): number {
  const at = ends.findIndex((end) => row < end);
  return at < 0 ? ends.length - 1 : at;
}
