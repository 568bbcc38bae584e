import clsx from "clsx";
import type { PointerEvent, ReactNode } from "react";
import { useTicking } from "#lib/server-time.ts";
import { ago, clockTime, fullTime, left, span } from "#lib/time-text.ts";

const URGENT_SECONDS = 2 * 3600;

/** Both times of day as tooltip, once somebody points: the server does not know the browser's zone. */
const tellTimes = (at: string) => ({
  onPointerEnter: ({ currentTarget }: PointerEvent<HTMLElement>) => {
    currentTarget.title = fullTime(at);
  },
});

/** `12 m ago`, ticking; both times of day as tooltip. `bare` leaves "ago" out. */
export function Ago({ at, bare, className }: { at: string; bare?: boolean; className?: string }) {
  const text = useTicking((now) => (bare ? span((now - Date.parse(at)) / 1000) : ago(at, now)));
  return (
    <time dateTime={at} {...tellTimes(at)} suppressHydrationWarning className={clsx("num", className)}>
      {text}
    </time>
  );
}

type LeftProps = { until: string; form?: "left" | "in"; className?: string };

/**
 * `3 h left`, ticking; the tone and the word change when it gets short and when it is over. As `in` it only tells when:
 * `in 3 h`.
 */
export function Left({ until, form = "left", className }: LeftProps) {
  const text = useTicking((now) =>
    form === "in" ? `in ${span((Date.parse(until) - now) / 1000)}` : left(until, now),
  );
  const urgency = useTicking((now) => {
    if (form === "in") return "";
    const seconds = (Date.parse(until) - now) / 1000;
    return seconds < 0 ? "text-bad font-medium" : seconds < URGENT_SECONDS ? "text-warn font-medium" : "";
  });
  return (
    <time dateTime={until} {...tellTimes(until)} className={clsx("num", urgency, className)}>
      {text}
    </time>
  );
}

/** What ends by itself: how long it still lasts, then calmly since when it is over. */
export function Term({ until, className }: { until: string; className?: string }) {
  const isOver = useTicking((now) => Date.parse(until) <= now);
  if (!isOver) return <Left until={until} {...(className && { className })} />;
  return (
    <span className={className}>
      ended <Ago at={until} />
    </span>
  );
}

/** What can be done only as long as something lasts; null is for good. */
export function WhileItLasts({ until, children }: { until: string | null; children: ReactNode }) {
  const isOver = useTicking((now) => until !== null && Date.parse(until) <= now);
  return isOver ? null : children;
}

/** A moment to the second, local; UTC as tooltip. */
export function Moment({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} {...tellTimes(at)} className={clsx("num whitespace-nowrap", className)}>
      {clockTime(at)}
    </time>
  );
}
