import Head from "next/head";
import type { ReactNode } from "react";

type Props = {
  title: string;
  /** Beside the title in the tab. */
  tabNote?: string | undefined;
  /** Beside the title on the page: a count, a badge. */
  note?: ReactNode;
  children?: ReactNode;
};

/** The top of every page: its name, what it can do, and the title of the tab. */
export function PageBar({ title, tabNote, note, children }: Props) {
  return (
    <header className="no-print flex min-h-(--bar-height) shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-4 max-md:py-1.5">
      <Head>
        <title>{`${tabNote ? `(${tabNote}) ` : ""}${title} · Community ADE`}</title>
      </Head>
      <h1 className="truncate text-base font-semibold tracking-tight">{title}</h1>
      {note}
      {children && <div className="ml-auto flex min-w-0 flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}
