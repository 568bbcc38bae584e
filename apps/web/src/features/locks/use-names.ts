import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "#lib/queries.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

export type Party = { agent_id: string; owner_id: string };
export type Names = {
  /** Who answers for it, by name where one is known; ids are shortened at their end, which tells them apart. */
  nameOf: (id: string) => string;
  /** What owns it, where that says more than who answers for it; a worker's owner is the task that it applies. */
  ownerOf: (party: Party) => { text: string; taskId?: string } | null;
  idOfName: ReadonlyMap<string, string>;
};

/** Names of agents and people for the ids that locks carry. */
export function useNames(): Names {
  const agents = useQuery({ ...queries.agents(), staleTime: 60_000 }).data;
  const people = useQuery({ ...queries.users(""), staleTime: 60_000 }).data;
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const { id, name } of agents?.agents ?? []) names.set(id, name);
    for (const { id, name } of people?.users ?? []) names.set(id, name);
    const nameOf = (id: string) => names.get(id) ?? short(id);
    return {
      nameOf,
      ownerOf({ agent_id, owner_id }) {
        if (owner_id === agent_id) return null;
        const isTask = agent_id.startsWith("worker:") && UUID.test(owner_id);
        if (isTask) return { text: `task …${owner_id.slice(-6)}`, taskId: owner_id };
        return { text: names.get(owner_id) ?? short(owner_id) };
      },
      idOfName: new Map([...names].map(([id, name]) => [name, id])),
    };
  }, [agents, people]);
}

function short(id: string): string {
  return UUID.test(id) ? `…${id.slice(-8)}` : id;
}
