import type { AgentStatus } from "../schema.ts";

/** How often agents are asked to say that they live, and how long one may stay silent (agents.md, "Health"). */
export const HEARTBEAT_SECONDS = 10;
export const STALE_AFTER_SECONDS = 30;

export type Vitals = {
  readonly paused: boolean;
  readonly draining: boolean;
  readonly active_tasks: number;
  /** Null: never heard of. */
  readonly last_heartbeat_at: Date | null;
};

/**
 * How an agent is: what people set, then its last heartbeat. `now` is of the clock that wrote that: PostgreSQL's. One
 * that drains is told as draining also when it is gone: that was the purpose.
 */
export function statusOf(vitals: Vitals, now: Date): AgentStatus {
  if (vitals.paused) return "paused";
  if (vitals.draining) return "draining";
  if (!vitals.last_heartbeat_at) return "unknown";
  const silentMs = now.getTime() - vitals.last_heartbeat_at.getTime();
  if (silentMs > STALE_AFTER_SECONDS * 1000) return "stale";
  return vitals.active_tasks > 0 ? "active" : "idle";
}
