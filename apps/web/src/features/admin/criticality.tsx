import clsx from "clsx";

const STEPS = 10;

/** How critical, 0 to 100, as a gauge and a number; without one it is that of its type. */
export function Criticality({ value, className }: { value: number | null; className?: string }) {
  if (value === null) return <span className={clsx("text-xs text-ink-3", className)}>that of its type</span>;
  const filled = Math.round(value / STEPS);
  return (
    <span className={clsx("flex items-center gap-2", className)}>
      <span aria-hidden className="flex w-24 gap-px">
        {Array.from({ length: STEPS }, (_, step) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: notches of a gauge, told by their place
            key={step}
            className={clsx(
              "h-2 flex-1 first:rounded-l-sm last:rounded-r-sm",
              step >= filled ? "bg-line" : value >= 80 ? "bg-bad" : value >= 50 ? "bg-high" : "bg-good",
            )}
          />
        ))}
      </span>
      <span className="num w-[3ch] text-right text-xs font-medium">{value}</span>
    </span>
  );
}
