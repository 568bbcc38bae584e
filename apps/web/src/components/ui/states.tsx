import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type StateProps = {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  role?: "alert";
};

/** What a page shows in place of its content: a sign, what is so, and what to do. */
export function PageState({ icon: Icon, title, children, action, role }: StateProps) {
  return (
    <div
      role={role}
      className="rise mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-16 text-center"
    >
      <span className="mb-1 grid size-10 place-items-center rounded-lg border border-line bg-surface text-ink-3">
        <Icon size={18} aria-hidden />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="text-ink-2">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Rows that breathe while the first answer is on its way. */
export function SkeletonRows({ rows = 12, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={className}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without content, always the same
        <div key={row} className="flex h-(--row-height) items-center gap-4 border-b border-line px-4">
          <span className="skeleton h-3 w-16" />
          <span
            className={clsx("skeleton h-3", row % 3 === 0 ? "w-1/2" : row % 3 === 1 ? "w-2/5" : "w-3/5")}
          />
          <span className="skeleton ml-auto h-3 w-20" />
        </div>
      ))}
    </div>
  );
}
