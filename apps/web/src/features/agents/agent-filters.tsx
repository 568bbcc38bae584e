import type { AgentList } from "@ade/core/agents/schema";
import { LayoutGrid, Plus, Rows3 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import type { UrlChange } from "#lib/url-state.ts";
import type { AgentsView } from "./agent-list.tsx";
import { HEALTH, STATUSES } from "./health.tsx";
import type { AgentFilter } from "./queries.ts";

type Props = {
  filter: AgentFilter;
  view: AgentsView;
  overview: AgentList | undefined;
  set: (change: UrlChange) => void;
  create: (() => void) | undefined;
};

/** Search, health and tag, all in the address. Counts are told only where they are of all agents. */
export function AgentFilters({ filter, view, overview, set, create }: Props) {
  const agents = overview?.agents ?? [];
  const isWhole = overview !== undefined && !overview.pagination.has_more;
  const tags = [
    ...new Set([...agents.flatMap((agent) => agent.tags), ...(filter.tag ? [filter.tag] : [])]),
  ].sort();
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (search.current && document.activeElement !== search.current) search.current.value = filter.search;
  }, [filter.search]);
  return (
    <>
      <input
        ref={search}
        type="search"
        aria-label="Search agents"
        placeholder="Search"
        defaultValue={filter.search}
        onChange={(event) => set({ q: event.target.value.trim() })}
        className="field w-40! max-sm:w-full!"
      />
      <select
        aria-label="Health"
        value={filter.status}
        onChange={(event) => set({ status: event.target.value })}
        className="field w-auto! max-sm:flex-1"
      >
        <option value="">Any health</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {HEALTH[status].word}
            {isWhole ? ` (${agents.filter((agent) => agent.status === status).length})` : ""}
          </option>
        ))}
      </select>
      {tags.length > 0 && (
        <select
          aria-label="Tag"
          value={filter.tag}
          onChange={(event) => set({ tag: event.target.value })}
          className="field w-auto! max-w-40 max-sm:flex-1"
        >
          <option value="">Any tag</option>
          {tags.map((tag) => (
            <option key={tag} value={tag}>
              {tag}
            </option>
          ))}
        </select>
      )}
      <fieldset aria-label="View" className="flex max-sm:hidden">
        <IconButton
          label="As cards"
          aria-pressed={view === "grid"}
          onClick={() => set({ view: null })}
          className="aria-pressed:bg-hover aria-pressed:text-accent"
        >
          <LayoutGrid size={15} aria-hidden />
        </IconButton>
        <IconButton
          label="As a list"
          aria-pressed={view === "list"}
          onClick={() => set({ view: "list" })}
          className="aria-pressed:bg-hover aria-pressed:text-accent"
        >
          <Rows3 size={15} aria-hidden />
        </IconButton>
      </fieldset>
      {create && (
        <Button look="primary" onClick={create} className="max-sm:w-full">
          <Plus size={14} aria-hidden /> New agent{" "}
          <KeyOf of="create" className="border-current! text-current! opacity-70" />
        </Button>
      )}
    </>
  );
}
