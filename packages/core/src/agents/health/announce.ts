import type { EventDraft } from "../../ledger/schema.ts";
import type { AgentStatus } from "../schema.ts";

/** Tells live that an agent's status is another one now. */
export type Announce = (
  id: string,
  from: AgentStatus,
  status: AgentStatus,
  vitals: Record<string, unknown>,
) => void;

export function createAnnounce(emitLive: (event: EventDraft) => void): Announce {
  return (id, from, status, vitals) => {
    if (from === status) return;
    const payload = { agent_id: id, status, previous_status: from, ...vitals };
    emitLive({ event: "agent:health", channels: [`agent:${id}`, "agents", "system"], payload });
  };
}
