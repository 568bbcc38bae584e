import { type ReactNode, useEffect, useRef } from "react";

type SearchProps = { label: string; value: string; onChange: (value: string) => void };

/** A tab's search, filters and action, in one line; over two on a phone. */
export function TabBar({
  search,
  children,
  note,
}: {
  search?: SearchProps;
  children?: ReactNode;
  note?: ReactNode;
}) {
  const field = useRef<HTMLInputElement>(null);
  const text = search?.value;
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = text ?? "";
  }, [text]);
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      {search && (
        <input
          ref={field}
          type="search"
          aria-label={search.label}
          placeholder="Search"
          defaultValue={search.value}
          onChange={(event) => search.onChange(event.target.value.trim())}
          className="field w-52! max-sm:w-full!"
        />
      )}
      {note && <span className="num text-xs text-ink-3 max-sm:order-last">{note}</span>}
      <div className="ml-auto flex items-center gap-2 max-sm:ml-0 max-sm:w-full max-sm:flex-wrap max-sm:[&>*]:flex-1 max-sm:[&>button]:basis-full">
        {children}
      </div>
    </div>
  );
}

/** How many there are, as the server counts them. */
export function totalText(total: number, isExact: boolean, word: string): string {
  return `${isExact ? "" : "more than "}${total} ${word}`;
}
