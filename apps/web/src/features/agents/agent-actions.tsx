import { useQueryClient } from "@tanstack/react-query";
import { CircleFadingArrowUp, Pause, Play, Star } from "lucide-react";
import { useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { usePreferences, useSetPreferences } from "#lib/preferences.ts";
import type { Agent, AgentCard } from "./agent-types.ts";

type Move = { paused: boolean; draining: boolean };
const FREE: Move = { paused: false, draining: false };

/** Pauses, drains and resumes; each can be undone by another, so nothing is asked first. */
export function AgentActions({ agent }: { agent: Agent | AgentCard }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const was: Move = { paused: agent.paused, draining: agent.draining };
  const change = async (to: Move, said: { text: string; detail?: string }, back?: Move) => {
    setBusy(true);
    try {
      await api.agents.update.mutate({ id: agent.id, ...to });
      toast({
        ...said,
        ...(back && {
          action: {
            label: "Undo",
            run: () => void change(back, { text: `${agent.name} is as it was` }),
          },
        }),
      });
    } catch (error) {
      toastProblem(`${agent.name} was not changed`, error);
    }
    await Promise.all([
      client.invalidateQueries({ queryKey: ["agents"] }),
      client.invalidateQueries({ queryKey: ["agent", agent.id] }),
    ]);
    setBusy(false);
  };
  if (agent.paused || agent.draining) {
    return (
      <IconButton
        label={`Resume ${agent.name}`}
        look="plain"
        acts
        busy={busy}
        onClick={() => void change(FREE, { text: `${agent.name} may work again` }, was)}
      >
        <Play size={14} aria-hidden />
      </IconButton>
    );
  }
  return (
    <span className="flex gap-1">
      <IconButton
        label={`Drain ${agent.name}: it ends what it has and takes nothing new`}
        acts
        busy={busy}
        onClick={() =>
          void change(
            { paused: false, draining: true },
            { text: `${agent.name} drains`, detail: "It ends what it has and takes nothing new." },
            was,
          )
        }
      >
        <CircleFadingArrowUp size={15} aria-hidden />
      </IconButton>
      <IconButton
        label={`Pause ${agent.name}: what it proposes is refused`}
        acts
        busy={busy}
        onClick={() =>
          void change(
            { paused: true, draining: false },
            { text: `${agent.name} is paused`, detail: "What it proposes is refused until it is resumed." },
            was,
          )
        }
      >
        <Pause size={15} aria-hidden />
      </IconButton>
    </span>
  );
}

/** Marks an agent as one of one's own favourites. */
export function FavouriteButton({ agent }: { agent: { id: string; name: string } }) {
  const client = useQueryClient();
  const chosen = usePreferences()?.favourite_agents ?? [];
  const setPreferences = useSetPreferences();
  const isOn = chosen.includes(agent.id);
  const toggle = async () => {
    const favourite_agents = isOn ? chosen.filter((id) => id !== agent.id) : [...chosen, agent.id];
    try {
      await setPreferences({ favourite_agents });
      await client.invalidateQueries({ queryKey: ["agents", "cards"] });
    } catch (error) {
      toastProblem("The favourite was not stored", error);
    }
  };
  return (
    <IconButton
      label={isOn ? `${agent.name} is a favourite` : `Make ${agent.name} a favourite`}
      aria-pressed={isOn}
      acts
      onClick={() => void toggle()}
      className="aria-pressed:text-warn"
    >
      <Star size={15} aria-hidden fill={isOn ? "currentColor" : "none"} />
    </IconButton>
  );
}
