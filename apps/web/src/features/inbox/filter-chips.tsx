import type { InboxFilter, InboxSection } from "@ade/core/views/schema";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { queries } from "#lib/queries.ts";
import { RISK_NAMES } from "./inbox-filter.ts";

type Props = {
  section: InboxSection;
  filter: InboxFilter;
  set: (change: Record<string, null>) => void;
};

/** The conditions that hold, each to be taken away. */
export function FilterChips({ section, filter, set }: Props) {
  const authors = useQuery({ ...queries.inboxFacets(section), enabled: filter.author !== undefined }).data
    ?.authors;
  const nameOf = (id: string) => authors?.find((each) => each.id === id)?.name ?? "somebody else";
  const chips: readonly (readonly [name: string, text: string] | false)[] = [
    filter.risk !== undefined && [
      "risk",
      `Risk: ${filter.risk.map((level) => RISK_NAMES[level]).join(", ")}`,
    ],
    filter.type !== undefined && ["type", `Type: ${filter.type.join(", ")}`],
    filter.author !== undefined && ["author", `By ${filter.author.map(nameOf).join(", ")}`],
    filter.target !== undefined && ["target", `Target: ${filter.target}`],
    filter.due_within_hours !== undefined && ["due", `Due within ${filter.due_within_hours} h`],
  ];
  return (
    <ul aria-label="Filters" className="flex h-full items-center gap-1.5 overflow-x-auto px-4">
      {chips.map(
        (chip) =>
          chip && (
            <li
              key={chip[0]}
              className="flex h-6 shrink-0 items-center rounded-sm border border-line-strong bg-sunken pl-1.5 text-xs"
            >
              <span className="max-w-72 truncate">{chip[1]}</span>
              <button
                type="button"
                aria-label={`Take away “${chip[1]}”`}
                onClick={() => set({ [chip[0]]: null })}
                className="grid size-6 place-items-center text-ink-3 hover:text-ink"
              >
                <X size={12} aria-hidden />
              </button>
            </li>
          ),
      )}
      <li>
        <button
          type="button"
          onClick={() => set({ risk: null, type: null, author: null, target: null, due: null })}
          className="h-6 px-1.5 text-xs text-ink-3 hover:text-ink"
        >
          Clear
        </button>
      </li>
    </ul>
  );
}
