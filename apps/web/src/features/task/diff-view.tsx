import { withUnseenShown } from "@ade/core/kernel/unseen";
import clsx from "clsx";
import { memo } from "react";
import { type DiffLine, pairLines } from "./diff.ts";

const SIGNS = { add: "+", remove: "−", same: " ", gap: "⋯" } as const;
const BACK = { add: "bg-diff-add", remove: "bg-diff-remove", same: "", gap: "bg-sunken text-ink-3" } as const;
const numberClass = "num w-9 shrink-0 pr-2 text-right text-ink-3 select-none";

function Text({ line }: { line: DiffLine }) {
  return (
    <>
      <span
        className={clsx(
          "w-4 shrink-0 text-center select-none",
          line.kind === "add" ? "text-good" : line.kind === "remove" ? "text-bad" : "text-ink-3",
        )}
      >
        {SIGNS[line.kind]}
      </span>
      <span className="min-w-0 flex-1 pr-2 break-all whitespace-pre-wrap">
        {withUnseenShown(line.text) || " "}
      </span>
    </>
  );
}

function Half({ line, side }: { line: DiffLine | null; side: "before" | "after" }) {
  if (!line) return <div className="flex min-w-0 flex-1 bg-sunken" />;
  return (
    <div className={clsx("flex min-w-0 flex-1", BACK[line.kind])}>
      <span className={numberClass}>{line[side] ?? ""}</span>
      <Text line={line} />
    </div>
  );
}

/** A unified diff, in one column or side by side. Signs stand beside the colours. */
export const DiffView = memo(function DiffView({
  lines,
  split,
  label,
}: {
  lines: readonly DiffLine[];
  split: boolean;
  label: string;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[32rem] overflow-auto font-mono text-xs leading-5 print:max-h-none"
    >
      {split
        ? pairLines(lines).map((pair, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
            <div key={place} className="flex divide-x divide-line">
              <Half line={pair.left} side="before" />
              <Half line={pair.right} side="after" />
            </div>
          ))
        : lines.map((line, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
            <div key={place} className={clsx("flex", BACK[line.kind])}>
              <span className={numberClass}>{line.before ?? ""}</span>
              <span className={numberClass}>{line.after ?? ""}</span>
              <Text line={line} />
            </div>
          ))}
    </section>
  );
});
