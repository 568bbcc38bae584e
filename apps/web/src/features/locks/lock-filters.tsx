import { X } from "lucide-react";
import { Button } from "#components/ui/button.tsx";
import type { useUrlState } from "#lib/url-state.ts";
import { KINDS } from "./lock-filter.ts";
import type { Names } from "./use-names.ts";

const NAMES_LIST = "lock-holders";

type Props = { url: ReturnType<typeof useUrlState>; names: Names };

/** What is listed: a kind, one key, one holder. The server looks through all locks, not only those that are shown. */
export function LockFilters({ url, names }: Props) {
  const used = ["kind", "q", "holder"].some((name) => url.text(name));
  return (
    <search className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2">
      <select
        aria-label="Kind"
        className={`field w-auto! ${url.text("kind") ? "border-accent! text-accent!" : ""}`}
        value={url.text("kind")}
        onChange={(event) => url.set({ kind: event.target.value })}
      >
        <option value="">Any kind</option>
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <Settled
        key={`q:${url.text("q")}`}
        label="Key"
        placeholder="Whole key: database:prod/orders"
        value={url.text("q")}
        onSettle={(q) => url.set({ q })}
        className="w-72! font-mono text-xs! max-sm:order-last max-sm:w-full!"
      />
      <Settled
        key={`holder:${url.text("holder")}`}
        label="Holder"
        placeholder="Holder"
        list={NAMES_LIST}
        value={url.text("holder")}
        onSettle={(holder) => url.set({ holder })}
        className="w-44! max-sm:w-auto! max-sm:min-w-0 max-sm:flex-1"
      />
      <datalist id={NAMES_LIST}>
        {[...names.idOfName.keys()].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {used && (
        <Button look="quiet" onClick={() => url.set({ kind: null, q: null, holder: null })}>
          <X size={14} aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}

type SettledProps = {
  label: string;
  placeholder: string;
  value: string;
  onSettle: (text: string) => void;
  list?: string;
  className: string;
};

/** Filters when the text is whole: at enter, when it is left, and when a suggestion was taken. */
function Settled({ label, placeholder, value, onSettle, list, className }: SettledProps) {
  const settle = (text: string) => text.trim() !== value && onSettle(text.trim());
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      list={list}
      defaultValue={value}
      autoComplete="off"
      spellCheck={false}
      onBlur={(event) => settle(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && settle(event.currentTarget.value)}
      onInput={(event) => {
        const { inputType } = event.nativeEvent as InputEvent;
        // A suggestion that was taken, and the cross that empties the field, are no typing.
        if (inputType === undefined || inputType === "insertReplacementText")
          settle(event.currentTarget.value);
      }}
      className={`field ${value ? "border-accent!" : ""} ${className}`}
    />
  );
}
