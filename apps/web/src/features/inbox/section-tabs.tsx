import type { Inbox, InboxSection } from "@ade/core/views/schema";
import clsx from "clsx";

/** The sections in their order, as people call them. */
export const SECTIONS: readonly { id: InboxSection; name: string }[] = [
  { id: "needs_you", name: "Needs you" },
  { id: "needs_others", name: "Needs others" },
  { id: "returned", name: "Returned" },
  { id: "snoozed", name: "Snoozed" },
  { id: "decided", name: "Decided" },
];

type Props = {
  current: InboxSection;
  counts: Inbox["counts"] | undefined;
  onChoose: (section: InboxSection) => void;
};

export function SectionTabs({ current, counts, onChoose }: Props) {
  return (
    <fieldset
      aria-label="Sections"
      className="flex min-w-0 gap-0.5 overflow-x-auto max-md:order-last max-md:-mx-4 max-md:w-screen max-md:px-3 max-md:pb-1"
    >
      {SECTIONS.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === current}
          onClick={() => onChoose(id)}
          className={clsx(
            "flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium max-md:h-9",
            id === current ? "bg-hover text-ink" : "text-ink-2 hover:text-ink",
          )}
        >
          {name}
          <span className={clsx("num min-w-[1ch] text-xs", id === current ? "text-accent" : "text-ink-3")}>
            {counts?.[id] ?? " "}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
