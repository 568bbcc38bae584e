import clsx from "clsx";

const MAX_NOTCHES = 12;

/** "6 of 10", with the same as notches; a large capacity is drawn as twelve equal parts. */
export function Capacity({ active, max, className }: { active: number; max: number; className?: string }) {
  const notches = Math.min(max, MAX_NOTCHES);
  const filled = Math.min(notches, active > 0 ? Math.max(1, Math.round((active / max) * notches)) : 0);
  const isFull = active >= max;
  return (
    <span className={clsx("flex items-center gap-2", className)}>
      <span aria-hidden className="flex flex-1 gap-px">
        {Array.from({ length: notches }, (_, notch) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: notches of a gauge, told by their place
            key={notch}
            className={clsx(
              "h-2 min-w-0.5 flex-1 first:rounded-l-sm last:rounded-r-sm",
              notch >= filled ? "bg-line" : isFull ? "bg-warn" : "bg-accent",
            )}
          />
        ))}
      </span>
      <span className={clsx("num shrink-0 whitespace-nowrap", isFull && "font-medium text-warn")}>
        {active} of {max}
        {isFull && <span> · full</span>}
      </span>
    </span>
  );
}
