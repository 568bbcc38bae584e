import { CircleFadingArrowUp, Pause, Star } from "lucide-react";
import { MoreMenu } from "#components/more-menu.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { MenuItem } from "#components/ui/menu.tsx";
import { useAway } from "#lib/connection.ts";
import type { Agent, AgentCard } from "./agent-types.ts";
import { useAgentMoves, useFavourite } from "./use-agent-moves.ts";

type Props = { agent: Agent | AgentCard };

/** Drain and pause, always the same two in the same place; pressed again, an agent goes on. */
export function AgentActions({ agent }: Props) {
  const { busy, drain, pause } = useAgentMoves(agent);
  return (
    <span className="flex gap-1">
      <IconButton
        label={`Drain ${agent.name}`}
        title={
          agent.draining && !agent.paused
            ? "It drains: it ends what it has. Press to let it take work again"
            : "Drain: it ends what it has and takes nothing new"
        }
        aria-pressed={agent.draining && !agent.paused}
        acts
        busy={busy}
        onClick={drain}
        className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
      >
        <CircleFadingArrowUp size={15} aria-hidden />
      </IconButton>
      <IconButton
        label={`Pause ${agent.name}`}
        title={
          agent.paused
            ? "It is paused: what it proposes is refused. Press to resume it"
            : "Pause: what it proposes is refused"
        }
        aria-pressed={agent.paused}
        acts
        busy={busy}
        onClick={pause}
        className="aria-pressed:bg-warn-soft aria-pressed:text-warn"
      >
        <Pause size={15} aria-hidden fill={agent.paused ? "currentColor" : "none"} />
      </IconButton>
    </span>
  );
}

/** Marks an agent as one of one's own favourites. */
export function FavouriteButton({ agent }: { agent: { id: string; name: string } }) {
  const { isOn, busy, toggle } = useFavourite(agent);
  return (
    <IconButton
      label={`Favourite ${agent.name}`}
      aria-pressed={isOn}
      acts
      busy={busy}
      onClick={toggle}
      className="aria-pressed:text-warn"
    >
      <Star size={15} aria-hidden fill={isOn ? "currentColor" : "none"} />
    </IconButton>
  );
}

/** The same behind three dots, where a line has no room for them. */
export function AgentMenu({ agent, mayManage }: Props & { mayManage: boolean }) {
  const favourite = useFavourite(agent);
  const { busy, drain, pause } = useAgentMoves(agent);
  const away = useAway();
  const isDraining = agent.draining && !agent.paused;
  return (
    <MoreMenu label={`More of ${agent.name}`}>
      <MenuItem
        icon={<Star size={14} aria-hidden />}
        disabled={away || favourite.busy}
        onSelect={favourite.toggle}
      >
        {favourite.isOn ? "Take out of favourites" : "Make it a favourite"}
      </MenuItem>
      {mayManage && (
        <>
          <MenuItem
            icon={<CircleFadingArrowUp size={14} aria-hidden />}
            disabled={away || busy}
            onSelect={drain}
          >
            {isDraining ? "Let it take work again" : "Drain"}
          </MenuItem>
          <MenuItem icon={<Pause size={14} aria-hidden />} disabled={away || busy} onSelect={pause}>
            {agent.paused ? "Resume" : "Pause"}
          </MenuItem>
        </>
      )}
    </MoreMenu>
  );
}
