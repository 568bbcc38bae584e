import clsx from "clsx";

const HUES = [
  "bg-accent-soft text-accent",
  "bg-good-soft text-good",
  "bg-high-soft text-high",
  "bg-warn-soft text-warn",
];

/** Two letters for a name; the tint only helps to find it again. */
export function Initials({ name, className }: { name: string; className?: string }) {
  const words = name.split(/[\s\-_./]+/).filter(Boolean);
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ""}${words[1]?.[0] ?? ""}` : name.slice(0, 2);
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span
      aria-hidden
      className={clsx(
        "grid size-9 shrink-0 place-items-center rounded-lg font-mono text-xs font-semibold uppercase",
        HUES[sum % HUES.length],
        className,
      )}
    >
      {letters}
    </span>
  );
}
