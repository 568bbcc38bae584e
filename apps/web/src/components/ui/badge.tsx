import clsx from "clsx";
import type { ReactNode } from "react";

export type Tone = "neutral" | "accent" | "good" | "warn" | "high" | "bad";

const TONES: Record<Tone, string> = {
  neutral: "border-line-strong bg-sunken text-ink-2",
  accent: "border-accent-line bg-accent-soft text-accent",
  good: "border-good-line bg-good-soft text-good",
  warn: "border-warn-line bg-warn-soft text-warn",
  high: "border-high-line bg-high-soft text-high",
  bad: "border-bad-line bg-bad-soft text-bad",
};
const TONE_TEXT: Record<Tone, string> = {
  neutral: "text-ink-2",
  accent: "text-accent",
  good: "text-good",
  warn: "text-warn",
  high: "text-high",
  bad: "text-bad",
};

/** A short fact with a sign; the tone never says it alone. */
export function Badge({
  tone = "neutral",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span
      className={clsx(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-sm border px-1.5 text-2xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {icon}
      {children}
    </span>
  );
}

/** The same fact without a box, for dense rows. */
export function Sign({
  tone = "neutral",
  icon,
  children,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span
      className={clsx(
        "inline-flex min-w-0 items-center gap-1.5 align-middle whitespace-nowrap",
        TONE_TEXT[tone],
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}
