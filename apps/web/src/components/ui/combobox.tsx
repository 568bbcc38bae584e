import { Combobox as Base } from "@base-ui/react/combobox";
import { type ReactNode, useId } from "react";

type Props<T> = {
  label: string;
  placeholder: string;
  items: readonly T[];
  textOf: (item: T) => string;
  search: string;
  onSearch: (search: string) => void;
  onChoose: (item: T) => void;
  empty: ReactNode;
  error?: string | undefined;
  children: (item: T) => ReactNode;
};

/** A field that offers what the server finds for the words typed; choosing adds, and clears the words. */
export function Combobox<T>(props: Props<T>) {
  const { label, placeholder, items, textOf, search, onSearch, onChoose, empty, error, children } = props;
  const errorId = useId();
  return (
    <Base.Root<T>
      items={[...items]}
      filter={null}
      value={null}
      inputValue={search}
      onInputValueChange={(text) => onSearch(text)}
      onValueChange={(item) => {
        if (item === null) return;
        onChoose(item);
        onSearch("");
      }}
      itemToStringLabel={textOf}
    >
      <Base.Input
        aria-label={label}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? errorId : undefined}
        placeholder={placeholder}
        className="field"
      />
      {error && (
        <p id={errorId} className="text-xs text-bad">
          {error}
        </p>
      )}
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup className="max-h-72 w-(--anchor-width) overflow-y-auto rounded-lg bg-raised p-1 shadow-raised outline-none">
            <Base.Empty className="px-2 py-1.5 text-ink-3 empty:hidden">{empty}</Base.Empty>
            <Base.List>
              {(item: T) => (
                <Base.Item
                  key={textOf(item)}
                  value={item}
                  className="flex min-h-7.5 cursor-default items-center gap-2 rounded-sm px-2 outline-none select-none data-highlighted:bg-hover"
                >
                  {children(item)}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
