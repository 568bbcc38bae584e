import clsx from "clsx";
import { useRef } from "react";
import { useTicking } from "#lib/server-time.ts";

const LOW_PART = 1 / 3;
const USUAL_TTL_SECONDS = 30;

type Props = { lock: { acquired_at: string; expires_at: string }; className?: string };

/** Seconds until it expires, ticking, as a bar of its whole lease; a heartbeat fills it again. */
export function TimeToLive({ lock: { acquired_at, expires_at }, className }: Props) {
  const seconds = useTicking((now) => Math.max(0, Math.ceil((Date.parse(expires_at) - now) / 1000)));
  // The lease's length is not told. It is at least what was seen left of it, and no longer than its whole life.
  const lifeSeconds = (Date.parse(expires_at) - Date.parse(acquired_at)) / 1000;
  const longest = useRef(0);
  longest.current = Math.max(longest.current, seconds, Math.min(lifeSeconds, USUAL_TTL_SECONDS));
  const part = longest.current > 0 ? Math.min(1, seconds / longest.current) : 0;
  const isLow = part < LOW_PART;
  return (
    <span className={clsx("flex items-center gap-2", className)}>
      <span aria-hidden className="h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-line">
        <span
          className={clsx("block h-full origin-left rounded-full", isLow ? "bg-warn-fill" : "bg-accent")}
          style={{ transform: `scaleX(${part})` }}
        />
      </span>
      <span
        className={clsx(
          "num min-w-9 text-right text-xs whitespace-nowrap",
          isLow ? "font-medium text-warn" : "text-ink-2",
        )}
      >
        {seconds} s
      </span>
    </span>
  );
}
