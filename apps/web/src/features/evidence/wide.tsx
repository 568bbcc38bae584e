import type { ReactNode } from "react";

/** A table that a phone scrolls sideways, by keyboard too; on paper it stands whole. Its hidden caption stays within. */
export function Wide({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section
      aria-label={name}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto print:overflow-visible"
    >
      {children}
    </section>
  );
}
