import clsx from "clsx";
import { SlidersHorizontal, X } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { useMe } from "#lib/session.ts";
import type { useUrlState } from "#lib/url-state.ts";

const STATES = [
  "DRAFT",
  "SUBMITTED",
  "REVIEWING",
  "APPROVED",
  "APPLYING",
  "COMPLETED",
  "REJECTED",
  "CANCELLED",
];
const RESOURCE_TYPES = [
  "configuration",
  "database",
  "infrastructure",
  "network",
  "secret",
  "service",
  "storage",
  "agent",
];
const NAMES = ["q", "state", "risk", "resource_type", "author", "needs_me", "archived"];
const words = (name: string) => name.charAt(0) + name.slice(1).toLowerCase();

/** Filters of the task list; all of them live in the address. */
export function TaskFilters({ url }: { url: ReturnType<typeof useUrlState> }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const used = NAMES.filter((name) => name !== "q" && url.text(name)).length;
  const set = (name: string, value: string | null) => url.set({ [name]: value, page: null });
  const choice = (name: string, label: string, any: string, options: readonly string[]) => (
    <select
      aria-label={label}
      value={url.text(name)}
      onChange={(event) => set(name, event.target.value)}
      className={`field w-auto! ${url.text(name) ? "border-accent! text-accent!" : ""}`}
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {words(option)}
        </option>
      ))}
    </select>
  );
  const toggle = (name: string, value: string, label: string) => (
    <Button
      aria-pressed={url.text(name) === value}
      onClick={() => set(name, url.text(name) === value ? null : value)}
      className="aria-pressed:border-accent! aria-pressed:bg-accent-soft! aria-pressed:text-accent!"
    >
      {label}
    </Button>
  );
  return (
    <search className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2">
      <input
        key={url.isReady ? "ready" : "first"}
        type="search"
        aria-label="Search tasks"
        placeholder="Search descriptions and targets"
        defaultValue={url.text("q")}
        onChange={(event) => set("q", event.target.value.trim())}
        className="field w-64! max-sm:w-auto! max-sm:flex-1"
      />
      <Button aria-expanded={open} onClick={() => setOpen(!open)} className="sm:hidden">
        <SlidersHorizontal size={14} aria-hidden /> Filters
        {used > 0 && <span className="num text-accent">{used}</span>}
      </Button>
      <div className={clsx("contents", !open && "max-sm:hidden")}>
        {choice("state", "State", "Any state", STATES)}
        {choice("risk", "Risk", "Any risk", ["LOW", "MEDIUM", "HIGH", "CRITICAL"])}
        {choice("resource_type", "Kind of resource", "Any resource", RESOURCE_TYPES)}
        {me && toggle("author", me.id, "Mine")}
        {toggle("needs_me", "1", "Needs me")}
        {toggle("archived", "1", "Archived")}
      </div>
      {NAMES.some((name) => url.text(name)) && (
        <Button
          look="quiet"
          onClick={() => url.set(Object.fromEntries([...NAMES, "page"].map((name) => [name, null])))}
        >
          <X size={14} aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}
