import { Combobox as Base } from "@base-ui/react/combobox";
import clsx from "clsx";
import { Check, X } from "lucide-react";
import { type ClipboardEvent, useMemo, useState } from "react";

/** What can be picked: `note` stands beside the label in the list. */
export type Choice = { value: string; label: string; note?: string | undefined };

type Props = {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  value: readonly string[];
  onChange: (value: string[]) => void;
  choices: readonly Choice[];
  /** What is typed may be added although it is not among the choices. */
  free?: boolean;
  placeholder?: string | undefined;
  /** Shown where nothing fits what was typed. */
  none?: string;
  /** Chips in the fixed-width face: patterns, keys. */
  isCode?: boolean;
  onSearch?: (text: string) => void;
  disabled?: boolean;
};

/** The choices that were typed whole, by value or label: two people may have one name. Pure. */
export function typedWhole(text: string, choices: readonly Choice[]): readonly Choice[] {
  const typed = text.toLowerCase();
  const exact = choices.find(({ value }) => value === text);
  if (exact) return [exact];
  return choices.filter(({ value, label }) => value.toLowerCase() === typed || label.toLowerCase() === typed);
}

/** Several values as chips: typed to find or, where `free`, to add; Backspace takes the last one away. */
export function ChipPicker(props: Props) {
  const { value, onChange, choices, free, placeholder, none, isCode, onSearch, disabled, ...parts } = props;
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const known = useMemo(() => new Map(choices.map((choice) => [choice.value, choice])), [choices]);
  const chosen = value.map((each): Choice => known.get(each) ?? { value: each, label: each });
  const whole = useMemo(() => typedWhole(text, choices), [text, choices]);
  const isNew = free && text !== "" && whole.length === 0 && !value.includes(text);
  // First what was typed: Enter takes what is marked, and that must not be something else that begins alike.
  const items = useMemo(
    () =>
      isNew
        ? [{ value: text, label: `Add “${text}”` }, ...choices]
        : [...whole, ...choices.filter((choice) => !whole.includes(choice))],
    [choices, isNew, whole, text],
  );
  const search = (next: string) => {
    setTyped(next);
    onSearch?.(next.trim());
  };
  const add = (added: readonly string[]) => {
    onChange([...new Set([...value, ...added])]);
    search("");
  };
  const onPaste = (event: ClipboardEvent) => {
    const lines = event.clipboardData
      .getData("text")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    if (!free || lines.length < 2) return;
    event.preventDefault();
    add(lines);
  };

  return (
    <Base.Root
      multiple
      autoHighlight
      items={items}
      value={chosen}
      onValueChange={(next: Choice[]) => {
        onChange(next.map((choice) => choice.value));
        search("");
      }}
      inputValue={typed}
      onInputValueChange={search}
      isItemEqualToValue={(item: Choice, other: Choice) => item.value === other.value}
      disabled={Boolean(disabled)}
    >
      <Base.Chips
        className={clsx(
          "field flex flex-wrap items-center gap-1 p-1! focus-within:border-accent focus-within:outline-1 focus-within:outline-accent",
          disabled && "border-line-strong! bg-sunken! text-ink-3",
        )}
      >
        {chosen.map((choice) => (
          <Base.Chip
            key={choice.value}
            className={clsx(
              "inline-flex min-h-5.5 max-w-full items-center rounded-sm border border-line-strong bg-sunken px-1.5 text-xs outline-none has-[button]:pr-0",
              "data-highlighted:border-accent focus:border-accent focus:bg-accent-soft max-sm:min-h-7",
              isCode && "font-mono",
            )}
          >
            <span className="min-w-0 break-all">{choice.label}</span>
            {!disabled && (
              <Base.ChipRemove
                aria-label={`Remove ${choice.label}`}
                className="grid size-6 shrink-0 place-items-center rounded-sm text-ink-3 hover:text-ink"
              >
                <X size={12} aria-hidden />
              </Base.ChipRemove>
            )}
          </Base.Chip>
        ))}
        <Base.Input
          {...parts}
          placeholder={value.length === 0 ? placeholder : undefined}
          spellCheck={false}
          onPaste={onPaste}
          onBlur={() => {
            // Of several that fit none is taken unasked.
            const [meant, ...others] = whole;
            if (meant && others.length === 0) add([meant.value]);
            else if (isNew) add([text]);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && text !== "") event.preventDefault();
          }}
          className={clsx(
            "h-5.5 min-w-24 flex-1 bg-transparent px-1 outline-none! max-sm:h-7",
            isCode && "font-mono text-xs max-sm:text-base",
          )}
        />
      </Base.Chips>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50 outline-none">
          <Base.Popup className="max-h-64 w-(--anchor-width) max-w-(--available-width) overflow-y-auto rounded-lg bg-raised p-1 shadow-raised data-empty:hidden">
            {none && <Base.Empty className="px-2 py-1.5 text-ink-3 empty:hidden">{none}</Base.Empty>}
            <Base.List>
              {(choice: Choice) => (
                <Base.Item
                  key={choice.value}
                  value={choice}
                  className="flex min-h-7.5 cursor-default items-center gap-2 rounded-sm px-2 select-none data-highlighted:bg-hover max-sm:min-h-10"
                >
                  <span className={clsx("min-w-0 flex-1 truncate", isCode && "font-mono text-xs")}>
                    {choice.label}
                  </span>
                  {choice.note && <span className="shrink-0 text-xs text-ink-3">{choice.note}</span>}
                  <Base.ItemIndicator className="text-accent">
                    <Check size={13} aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
