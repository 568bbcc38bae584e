import type { AgentEntry } from "@ade/core/agents/schema";
import clsx from "clsx";
import { User } from "lucide-react";
import type { Me } from "#lib/session.ts";
import { Capacity } from "./capacity.tsx";
import { Health, Heartbeat } from "./health.tsx";
import { Initials } from "./initials.tsx";
import { PauseButton } from "./pause-button.tsx";

export type AgentsView = "grid" | "list";

type Props = {
  agents: readonly AgentEntry[];
  view: AgentsView;
  me: Me | undefined;
  open: (id: string) => void;
};
type ItemProps = { agent: AgentEntry; mayPause: boolean; open: () => void };

/** The same facts as cards or as lines; a phone always has cards. */
export function AgentList({ agents, view, me, open }: Props) {
  const Item = view === "grid" ? AgentCard : AgentLine;
  return (
    <ul
      aria-label="Agents"
      className={
        view === "grid"
          ? "grid grid-cols-[repeat(auto-fill,minmax(min(18rem,100%),1fr))] gap-3"
          : "card divide-y divide-line overflow-hidden"
      }
    >
      {agents.map((agent) => (
        <Item
          key={agent.id}
          agent={agent}
          mayPause={Boolean(me?.roles.includes("admin") || me?.id === agent.owner_id)}
          open={() => open(agent.id)}
        />
      ))}
    </ul>
  );
}

/** The name opens the agent; its click area is the whole card. */
function Name({ agent, open }: { agent: AgentEntry; open: () => void }) {
  return (
    <button
      type="button"
      data-row
      aria-haspopup="dialog"
      onClick={open}
      title={agent.name}
      className="block max-w-full truncate text-left text-base font-semibold after:absolute after:inset-0 after:rounded-[inherit] focus-visible:outline-none! focus-visible:after:outline-2 focus-visible:after:outline-accent"
    >
      {agent.name}
    </button>
  );
}

function Owner({ name }: { name: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5" title={`${name} answers for it`}>
      <User size={13} role="img" aria-label="Owner" className="shrink-0 text-ink-3" />
      <span className="truncate">{name}</span>
    </span>
  );
}

function Tags({ tags, max, className }: { tags: readonly string[]; max: number; className?: string }) {
  const more = tags.length - max;
  return (
    <ul
      aria-label="Tagged"
      title={tags.join(", ")}
      className={clsx("flex min-h-4.5 min-w-0 gap-1", className)}
    >
      {tags.slice(0, max).map((tag) => (
        <li key={tag} className="truncate rounded-sm bg-sunken px-1.5 text-2xs leading-4.5 text-ink-2">
          {tag}
        </li>
      ))}
      {more > 0 && (
        <li className="num shrink-0 text-2xs leading-4.5 text-ink-3">
          +{more}
          <span className="sr-only"> more: {tags.slice(max).join(", ")}</span>
        </li>
      )}
    </ul>
  );
}

function AgentCard({ agent, mayPause, open }: ItemProps) {
  return (
    <li className="card relative flex flex-col gap-3 p-3.5 transition-colors duration-(--quick) hover:border-line-strong hover:shadow-control">
      <div className="flex items-center gap-3">
        <Initials name={agent.name} />
        <div className="min-w-0 flex-1">
          <Name agent={agent} open={open} />
          <p className="flex text-xs text-ink-2">
            <Owner name={agent.owner_name} />
          </p>
        </div>
        <span className="self-start">
          <Health status={agent.status} />
        </span>
      </div>
      <p
        className={clsx("line-clamp-2 text-ink-2 sm:min-h-10", !agent.description && "max-sm:hidden")}
        title={agent.description || undefined}
      >
        {agent.description || <span className="text-ink-3">No description</span>}
      </p>
      <Capacity
        active={agent.capacity.active_tasks}
        max={agent.capacity.max_tasks}
        className="text-xs text-ink-2"
      />
      <Tags tags={agent.tags} max={4} />
      <div className="-mx-3.5 -mb-3.5 mt-auto flex min-h-10 items-center justify-between gap-2 border-t border-line px-3.5 py-1.5 text-xs text-ink-2">
        <Heartbeat at={agent.last_heartbeat_at} />
        {mayPause && (
          <span className="relative">
            <PauseButton agent={agent} />
          </span>
        )}
      </div>
    </li>
  );
}

function AgentLine({ agent, mayPause, open }: ItemProps) {
  return (
    <li className="relative flex items-center gap-3 px-3 py-2 hover:bg-hover">
      <Initials name={agent.name} className="size-7!" />
      <div className="min-w-0 flex-1">
        <Name agent={agent} open={open} />
        <p className="truncate text-xs text-ink-3">{agent.description || "No description"}</p>
      </div>
      <Tags tags={agent.tags} max={2} className="hidden w-36 shrink-0 @4xl:flex" />
      <span className="hidden w-32 shrink-0 text-xs text-ink-2 @3xl:block">
        <Owner name={agent.owner_name} />
      </span>
      <Capacity
        active={agent.capacity.active_tasks}
        max={agent.capacity.max_tasks}
        className="w-36 shrink-0 text-xs text-ink-2"
      />
      <span className="hidden w-32 shrink-0 text-right text-xs text-ink-2 @2xl:block">
        <Heartbeat at={agent.last_heartbeat_at} />
      </span>
      <span className="flex w-24 shrink-0 justify-end">
        <Health status={agent.status} />
      </span>
      {mayPause && (
        <span className="relative flex w-20 shrink-0 justify-end">
          <PauseButton agent={agent} />
        </span>
      )}
    </li>
  );
}
