import type { InboxFilter, InboxSection } from "@ade/core/views/schema";
import { Bookmark, ListFilter } from "lucide-react";
import { type Ref, useEffect, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import type { useUrlState } from "#lib/url-state.ts";
import { conditionCount, FILTER_NAMES } from "./inbox-filter.ts";

const FilterPopover = onDemand(() => import("./filter-popover.tsx").then((file) => file.FilterPopover));
const KeepView = onDemand(() => import("./saved-views.tsx").then((file) => file.KeepView));
const SavedViews = onDemand(() => import("./saved-views.tsx").then((file) => file.SavedViews));

type Props = {
  section: InboxSection;
  filter: InboxFilter;
  url: ReturnType<typeof useUrlState>;
};

/** Search, filters and saved views of the queue; all of it stands in the address. */
export function InboxTools({ section, filter, url }: Props) {
  const [open, setOpen] = useState<"filter" | "views" | "keep" | null>(null);
  const filterButton = useRef<HTMLButtonElement>(null);
  const viewsButton = useRef<HTMLButtonElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  // A view or "Clear all" changes the words from elsewhere; what is being typed is left alone.
  useEffect(() => {
    const field = searchField.current;
    if (field && field !== document.activeElement) field.value = filter.search ?? "";
  }, [filter.search]);
  // What was opened from a menu stays when the menu then closes.
  const close = (what: typeof open) => setOpen((now) => (now === what ? null : now));
  const current = { section, ...stated(url) };
  useKeys({ filter: () => setOpen("filter") });
  const count = conditionCount(filter);
  const tool = (what: "filter" | "views", ref: Ref<HTMLButtonElement>, form: "dialog" | "menu") => ({
    ref,
    look: "quiet" as const,
    "aria-haspopup": form,
    "aria-expanded": open === what,
    onClick: () => setOpen(what),
    className: "px-2!",
  });
  return (
    <>
      <input
        ref={searchField}
        type="search"
        aria-label="Search the inbox"
        placeholder="Search"
        defaultValue={filter.search}
        onChange={(event) => url.set({ q: event.target.value.trim(), item: null })}
        className="field w-44! max-md:w-40!"
      />
      <Button {...tool("filter", filterButton, "dialog")}>
        <ListFilter size={15} aria-hidden /> <span className="max-sm:sr-only">Filter</span>
        {count > 0 ? (
          <span className="num rounded-full bg-accent-soft px-1.5 text-2xs text-accent">{count}</span>
        ) : (
          <KeyOf of="filter" />
        )}
      </Button>
      <Button {...tool("views", viewsButton, "menu")}>
        <Bookmark size={15} aria-hidden /> <span className="max-sm:sr-only">Views</span>
      </Button>
      {open === "filter" && filterButton.current && (
        <FilterPopover
          anchor={filterButton.current}
          section={section}
          url={url}
          close={() => close("filter")}
        />
      )}
      {open === "views" && viewsButton.current && (
        <SavedViews
          anchor={viewsButton.current}
          current={current}
          apply={(query) => {
            const rest = Object.fromEntries(FILTER_NAMES.map((name) => [name, asUrl(query[name])]));
            url.set({ ...rest, section: asUrl(query.section), item: null }, "push");
            close("views");
          }}
          keep={() => setOpen("keep")}
          close={() => close("views")}
        />
      )}
      {open === "keep" && <KeepView current={current} close={() => close("keep")} />}
    </>
  );
}

/** The filters of the address, as a saved view keeps them. */
function stated({ list }: ReturnType<typeof useUrlState>): Record<string, string[]> {
  return Object.fromEntries(
    FILTER_NAMES.map((name) => [name, [...list(name)].sort()] as const).filter(
      ([, values]) => values.length > 0,
    ),
  );
}

function asUrl(value: unknown): string[] | null {
  return value === undefined ? null : [value].flat().map(String);
}
