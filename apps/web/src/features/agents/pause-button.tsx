import type { AgentEntry } from "@ade/core/agents/schema";
import { useQueryClient } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

/** Pauses and resumes; both can be undone by the other, so nothing is asked first. */
export function PauseButton({ agent }: { agent: AgentEntry }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const change = async (paused: boolean) => {
    setBusy(true);
    try {
      await api.agents.update.mutate({ id: agent.id, paused });
      toast({
        text: paused ? `${agent.name} is paused` : `${agent.name} may work again`,
        ...(paused && { detail: "What it proposes is refused until it is resumed." }),
        action: { label: "Undo", run: () => void change(!paused) },
      });
    } catch (error) {
      toastProblem(`${agent.name} was not ${paused ? "paused" : "resumed"}`, error);
    }
    await client.invalidateQueries({ queryKey: ["agents"] });
    setBusy(false);
  };
  const Icon = agent.paused ? Play : Pause;
  const word = agent.paused ? "Resume" : "Pause";
  return (
    <Button
      size="small"
      acts
      busy={busy}
      aria-label={`${word} ${agent.name}`}
      onClick={() => void change(!agent.paused)}
      className="max-sm:h-9 max-sm:px-3"
    >
      <Icon size={12} aria-hidden /> {word}
    </Button>
  );
}
