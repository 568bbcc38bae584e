import clsx from "clsx";
import { CircleAlert, Info, TriangleAlert } from "lucide-react";

const LOOKS = {
  warn: { icon: TriangleAlert, box: "border-warn-line bg-warn-soft", sign: "text-warn", word: "Warning" },
  bad: { icon: CircleAlert, box: "border-bad-line bg-bad-soft", sign: "text-bad", word: "Problem" },
  info: { icon: Info, box: "border-line bg-sunken", sign: "text-ink-3", word: "Note" },
} as const;

/** Sentences that must not be overlooked. */
export function Notes({ tone, notes }: { tone: keyof typeof LOOKS; notes: readonly string[] }) {
  if (notes.length === 0) return null;
  const { icon: Icon, box, sign, word } = LOOKS[tone];
  return (
    <ul className={clsx("flex flex-col gap-1 rounded-lg border px-3 py-2", box)}>
      {notes.map((note) => (
        <li key={note} className="flex gap-2">
          <Icon size={14} role="img" aria-label={word} className={clsx("mt-0.75 shrink-0", sign)} />
          <span className="block min-w-0 break-words first-letter:uppercase">{note}</span>
        </li>
      ))}
    </ul>
  );
}
