import clsx from "clsx";
import { ChartNoAxesColumn } from "lucide-react";
import type { ReactNode } from "react";
import { PageState } from "#components/ui/states.tsx";
import { span } from "#lib/time-text.ts";

/** Figures side by side. */
export function Figures({ figures }: { figures: readonly { name: string; value: string; note?: string }[] }) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-3">
      {figures.map(({ name, value, note }) => (
        <div key={name} className="card flex flex-col px-3.5 py-3">
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="num text-xl font-semibold">{value}</dd>
          {note && <dd className="text-xs text-ink-3">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}

type CardProps = { title: string; note?: ReactNode; children: ReactNode; className?: string };

export function InsightCard({ title, note, children, className }: CardProps) {
  return (
    <section aria-label={title} className={clsx("card flex min-w-0 flex-col gap-3 p-4", className)}>
      <div>
        <h2 className="text-sm font-semibold">{title}</h2>
        {note && <p className="text-xs text-ink-3">{note}</p>}
      </div>
      {children}
    </section>
  );
}

type Column<Row> = { name: string; of: (row: Row) => ReactNode; isText?: true };
type RowsProps<Row> = {
  label: string;
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  columns: readonly Column<Row>[];
};

/** Rows of figures; scrolls sideways by itself where there is no room. */
export function Rows<Row>({ label, rows, keyOf, columns }: RowsProps<Row>) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      aria-label={`${label}, table`}
      className="-mx-1 overflow-x-auto px-1"
    >
      <table aria-label={label} className="w-full border-separate border-spacing-0 text-left">
        <thead>
          <tr>
            {columns.map(({ name, isText }) => (
              <th
                key={name}
                scope="col"
                className={clsx(
                  "caption border-b border-line px-2 pb-1 first:pl-0 last:pr-0",
                  !isText && "text-right",
                )}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, of, isText }) => (
                <td
                  key={name}
                  className={clsx(
                    "border-b border-line px-2 py-1.5 align-top first:pl-0 last:pr-0",
                    !isText && "num text-right whitespace-nowrap",
                  )}
                >
                  {of(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A drawing with the same as a table below it, for those who don't see it and for exact figures. */
export function Drawn({ label, table, children }: { label: string; table: ReactNode; children: ReactNode }) {
  return (
    <>
      <div role="img" aria-label={`${label}; the table below has the same figures`} className="h-56 text-xs">
        {children}
      </div>
      <details className="group">
        <summary className="w-fit text-xs font-medium text-ink-2 hover:text-ink">As a table</summary>
        <div className="mt-2">{table}</div>
      </details>
    </>
  );
}

export function NothingYet({ what }: { what: string }) {
  return (
    <PageState icon={ChartNoAxesColumn} title={`No ${what} in this time`}>
      Choose a longer time above, or come back when some work has been decided.
    </PageState>
  );
}

export function PanelSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <div className="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-3">
        {["a", "b", "c", "d"].map((card) => (
          <span key={card} className="skeleton h-18" />
        ))}
      </div>
      <span className="skeleton h-72" />
    </div>
  );
}

/** "2 h", or a dash where nothing was measured. */
export function took(seconds: number | null): string {
  return seconds === null ? "–" : seconds < 1 ? `${Math.round(seconds * 1000)} ms` : span(seconds);
}

export function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(share * 100)} %`;
}

/** "17 Nov" for the Monday of a week. */
export function weekText(week: string): string {
  return new Date(`${week}T00:00:00Z`).toLocaleDateString("en-GB", {
    ...{ day: "numeric", month: "short", timeZone: "UTC" },
  });
}
