import type { EventDraft } from "../../ledger/schema.ts";

type Beat = { agent_id: string; active_tasks: number; last_heartbeat_at: string };

/** So long heartbeats are gathered: a thousand agents cost each dashboard one event a second, not a hundred. */
const GATHER_MS = 1000;

/**
 * Tells live that agents have said they live, all of a second in one event; of several from one agent the last. What
 * changes an agent's status is told apart and at once.
 */
export function createBeats(emitLive: (event: EventDraft) => void): (beat: Beat) => void {
  let beats = new Map<string, Beat>();
  return (beat) => {
    if (beats.size === 0) {
      setTimeout(() => {
        const payload = { beats: [...beats.values()] };
        beats = new Map();
        emitLive({ event: "agent:beats", channels: ["agents", "system"], payload });
      }, GATHER_MS).unref();
    }
    beats.set(beat.agent_id, beat);
  };
}
