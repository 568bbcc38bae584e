import clsx from "clsx";

type Level = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

const STEPS: Record<Level, number> = { LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4 };
const WORDS: Record<Level, string> = { LOW: "Low", MEDIUM: "Medium", HIGH: "High", CRITICAL: "Critical" };
const TEXT: Record<Level, string> = {
  LOW: "text-good",
  MEDIUM: "text-warn",
  HIGH: "text-high",
  CRITICAL: "text-bad",
};

type Props = { score: number | null | undefined; level: Level | null | undefined; className?: string };

/** Risk as an instrument shows it: notches, the score, and the word. */
export function RiskMeter({ score, level, className }: Props) {
  if (score == null || level == null) {
    return <span className={clsx("text-ink-3", className)}>Not rated</span>;
  }
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-1.5 align-middle whitespace-nowrap",
        TEXT[level],
        className,
      )}
    >
      <svg viewBox="0 0 15 12" width="15" height="12" aria-hidden className="shrink-0">
        {[0, 1, 2, 3].map((step) => (
          <rect
            key={step}
            x={step * 4}
            y={9 - step * 3}
            width="3"
            height={3 + step * 3}
            rx="0.75"
            fill="currentColor"
            opacity={step < STEPS[level] ? 1 : 0.22}
          />
        ))}
      </svg>
      <span className="num w-[2ch] text-right font-mono text-xs font-medium">{score}</span>
      <span className="text-xs font-medium @max-2xl/queue:sr-only">{WORDS[level]}</span>
    </span>
  );
}
