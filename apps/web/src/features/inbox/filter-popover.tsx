import type { InboxSection } from "@ade/core/views/schema";
import { Popover } from "@base-ui/react/popover";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Button } from "#components/ui/button.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { FILTER_NAMES, RISK_LEVELS, RISK_NAMES } from "./inbox-filter.ts";

/** Hours until one's own answer is due, as they are offered. */
const DUE_TIMES: readonly [hours: string, name: string][] = [
  ["1", "within the hour"],
  ["4", "within 4 hours"],
  ["24", "within a day"],
  ["72", "within 3 days"],
];

type Props = {
  anchor: HTMLElement;
  section: InboxSection;
  url: ReturnType<typeof useUrlState>;
  close: () => void;
};

/** Narrows the section down; what is offered is what the section holds, with how much of it. */
export function FilterPopover({ anchor, section, url, close }: Props) {
  const facets = useQuery(queries.inboxFacets(section)).data;
  const popup = useRef<HTMLDivElement>(null);
  const risks = url.list("risk");
  const countOf = (level: string) => facets?.risk.find((each) => each.level === level)?.count ?? 0;
  const set = (change: Parameters<typeof url.set>[0]) => url.set({ ...change, item: null });
  return (
    <Popover.Root open onOpenChange={(open) => !open && close()}>
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} sideOffset={6} align="end" className="z-30 outline-none">
          <Popover.Popup
            ref={popup}
            aria-label="Filter"
            finalFocus={() => anchor}
            initialFocus={() => popup.current?.querySelector<HTMLElement>("button") ?? null}
            className="flex w-[min(22rem,calc(100vw-1.5rem))] flex-col gap-3.5 rounded-lg bg-raised p-4 shadow-raised outline-none transition-opacity duration-(--quick) data-starting-style:opacity-0"
          >
            <fieldset className="flex flex-col gap-1">
              <legend className="mb-1 text-xs font-medium text-ink-2">Risk</legend>
              <div className="grid grid-cols-4 gap-1.5">
                {RISK_LEVELS.map((level) => (
                  <button
                    key={level}
                    type="button"
                    aria-pressed={risks.includes(level)}
                    onClick={() =>
                      set({
                        risk: risks.includes(level)
                          ? risks.filter((each) => each !== level)
                          : [...risks, level],
                      })
                    }
                    className="flex h-11 flex-col items-center justify-center rounded-md border border-line-strong text-xs leading-4 font-medium text-ink-2 hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
                  >
                    {RISK_NAMES[level]}
                    <span className="num text-2xs font-normal">{facets ? countOf(level) : " "}</span>
                  </button>
                ))}
              </div>
            </fieldset>
            <Field label="Type">
              {(parts) => (
                <ChipPicker
                  {...parts}
                  isCode
                  value={url.list("type")}
                  onChange={(type) => set({ type })}
                  choices={(facets?.types ?? []).map(({ type, count }) => ({
                    value: type,
                    label: type,
                    note: String(count),
                  }))}
                  placeholder="Any"
                  none="No task of that type is here."
                />
              )}
            </Field>
            <Field label="Author">
              {(parts) => (
                <ChipPicker
                  {...parts}
                  value={url.list("author")}
                  onChange={(author) => set({ author })}
                  choices={(facets?.authors ?? []).map(({ id, name, kind, count }) => ({
                    value: id,
                    label: name,
                    note: `${kind === "agent" ? "agent · " : ""}${count}`,
                  }))}
                  placeholder="Anybody"
                  none="Nothing of theirs is here."
                />
              )}
            </Field>
            <Field label="Target contains">
              {(parts) => (
                <input
                  {...parts}
                  defaultValue={url.text("target")}
                  spellCheck={false}
                  onChange={(event) => set({ target: event.target.value.trim() })}
                  placeholder="prod/checkout"
                  className="field font-mono text-xs!"
                />
              )}
            </Field>
            <Field label="My answer is due">
              {(parts) => (
                <select
                  {...parts}
                  value={url.text("due")}
                  onChange={(event) => set({ due: event.target.value })}
                  className="field"
                >
                  <option value="">at any time</option>
                  {DUE_TIMES.map(([hours, name]) => (
                    <option key={hours} value={hours}>
                      {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <div className="flex justify-between gap-2">
              <Button
                look="quiet"
                onClick={() => {
                  set(Object.fromEntries(FILTER_NAMES.map((name) => [name, null])));
                  close();
                }}
              >
                Clear all
              </Button>
              <Button look="primary" onClick={close}>
                Done
              </Button>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
