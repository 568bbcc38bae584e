import clsx from "clsx";
import type { ReactNode } from "react";

/** A titled part of a task's page or panel. */
export function Part({
  title,
  note,
  children,
  className,
}: {
  title: string;
  note?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={clsx("flex flex-col gap-2", className)}>
      <div className="flex min-h-6 items-center gap-2">
        <h2 className="text-sm font-semibold">{title}</h2>
        {note && <div className="ml-auto flex items-center gap-2 text-xs text-ink-3">{note}</div>}
      </div>
      {children}
    </section>
  );
}

/** Facts as label and value, one a line. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode] | null)[] }) {
  return (
    <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]} className="contents">
              <dt className="text-ink-3">{fact[0]}</dt>
              <dd className="min-w-0 break-words">{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
