import { LayoutGrid, Plus, Rows3, Star } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "#components/link.tsx";
import { buttonClass, IconButton } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import type { useUrlState } from "#lib/url-state.ts";
import type { AgentsView } from "./agent-grid.tsx";
import type { CardPage } from "./agent-types.ts";
import { HEALTH, STATUSES } from "./health.tsx";
import { SORTS } from "./list-filter.ts";

type Props = {
  url: ReturnType<typeof useUrlState>;
  view: AgentsView;
  counts: CardPage["counts"] | undefined;
  tags: readonly string[];
  mayCreate: boolean;
};

/** Search, health, tag, favourites and order, all in the address. */
export function AgentFilters({ url, view, counts, tags, mayCreate }: Props) {
  const tag = url.text("tag");
  const offered = [...new Set([...tags, ...(tag ? [tag] : [])])].sort();
  const search = useRef<HTMLInputElement>(null);
  const words = url.text("q");
  useEffect(() => {
    if (search.current && document.activeElement !== search.current) search.current.value = words;
  }, [words]);
  const toggle = "aria-pressed:bg-hover aria-pressed:text-accent";
  return (
    <>
      <input
        ref={search}
        type="search"
        aria-label="Search agents"
        placeholder="Search"
        defaultValue={words}
        onChange={(event) => url.set({ q: event.target.value.trim() })}
        className="field w-36! max-sm:w-full!"
      />
      <select
        aria-label="Health"
        value={url.text("status")}
        onChange={(event) => url.set({ status: event.target.value })}
        className="field w-auto! max-sm:flex-1"
      >
        <option value="">Any health</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {HEALTH[status].word}
            {counts ? ` (${counts[status] ?? 0})` : ""}
          </option>
        ))}
      </select>
      {offered.length > 0 && (
        <select
          aria-label="Tag"
          value={tag}
          onChange={(event) => url.set({ tag: event.target.value })}
          className="field w-auto! max-w-36 max-sm:flex-1"
        >
          <option value="">Any tag</option>
          {offered.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      )}
      <select
        aria-label="Order"
        value={url.text("sort")}
        onChange={(event) => url.set({ sort: event.target.value })}
        className="field w-auto! max-sm:flex-1"
      >
        {SORTS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <fieldset aria-label="View" className="flex">
        <IconButton
          label="Favourites only"
          aria-pressed={url.text("favourites") !== ""}
          onClick={() => url.set({ favourites: url.text("favourites") ? null : "1" })}
          className={toggle}
        >
          <Star size={15} aria-hidden />
        </IconButton>
        <IconButton
          label="As cards"
          aria-pressed={view === "grid"}
          onClick={() => url.set({ view: null })}
          className={toggle}
        >
          <LayoutGrid size={15} aria-hidden />
        </IconButton>
        <IconButton
          label="As a list"
          aria-pressed={view === "list"}
          onClick={() => url.set({ view: "list" })}
          className={toggle}
        >
          <Rows3 size={15} aria-hidden />
        </IconButton>
      </fieldset>
      {mayCreate && (
        <Link href="/agents/new" className={`${buttonClass("primary")} max-sm:flex-1`}>
          <Plus size={14} aria-hidden /> New agent
          <KeyOf of="create" className="border-current! text-current! opacity-70" />
        </Link>
      )}
    </>
  );
}
