import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { usePreferences, useSetPreferences } from "#lib/preferences.ts";
import type { Agent, AgentCard } from "./agent-types.ts";

type Move = { paused: boolean; draining: boolean };
const FREE: Move = { paused: false, draining: false };

/** What stops an agent from taking on more; each can be undone by another, so nothing is asked first. */
export function useAgentMoves(agent: Agent | AgentCard) {
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
  const resume = () => void change(FREE, { text: `${agent.name} may work again` }, was);
  return {
    busy,
    drain: () =>
      agent.draining && !agent.paused
        ? resume()
        : void change(
            { paused: false, draining: true },
            { text: `${agent.name} drains`, detail: "It ends what it has and takes nothing new." },
            was,
          ),
    pause: () =>
      agent.paused
        ? resume()
        : void change(
            { paused: true, draining: false },
            { text: `${agent.name} is paused`, detail: "What it proposes is refused until it is resumed." },
            was,
          ),
  };
}

/** Whether an agent is one of one's own favourites, and the other way round. */
export function useFavourite(agent: { id: string }) {
  const client = useQueryClient();
  const chosen = usePreferences()?.favourite_agents ?? [];
  const setPreferences = useSetPreferences();
  const isOn = chosen.includes(agent.id);
  const [busy, setBusy] = useState(false);
  const toggle = async () => {
    setBusy(true);
    const favourite_agents = isOn ? chosen.filter((id) => id !== agent.id) : [...chosen, agent.id];
    try {
      await setPreferences({ favourite_agents });
      await client.invalidateQueries({ queryKey: ["agents", "cards"] });
    } catch (error) {
      toastProblem("The favourite was not stored", error);
    }
    setBusy(false);
  };
  return { isOn, busy, toggle: () => void toggle() };
}
