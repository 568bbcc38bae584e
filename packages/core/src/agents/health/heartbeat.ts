import type { Actor } from "../../kernel/actor.ts";
import { errors } from "../../kernel/errors.ts";
import type { AgentsDeps } from "../deps.ts";
import { missingAgent } from "../facts.ts";
import type { AgentStatus, HeartbeatAnswer, HeartbeatInput } from "../schema.ts";
import { findAgent } from "../store.ts";
import type { Announce } from "./announce.ts";
import { createBeats } from "./beats.ts";
import { condense, fillSamples } from "./samples.ts";
import { type AgentHealth, HEALTH_BUCKET_MINUTES } from "./schema.ts";
import { HEARTBEAT_SECONDS } from "./status.ts";
import { findNewlyStale, noteHealth, readHealth, storeHeartbeat } from "./store.ts";

const SPARKLINE_POINTS = 48;
const HOUR_MS = 3_600_000;

/** What agents say of themselves, and what is kept of it. */
export function createHealth(deps: Pick<AgentsDeps, "pool" | "clock" | "emitLive">, announce: Announce) {
  const { pool, clock } = deps;
  const tellBeat = createBeats(deps.emitLive);
  return {
    async heartbeat(actor: Actor, id: string, input: HeartbeatInput): Promise<HeartbeatAnswer> {
      if (actor.kind !== "agent" || actor.id !== id) {
        throw errors.FORBIDDEN({ message: "Only an agent's own key sends its heartbeats." });
      }
      const beat = await storeHeartbeat(pool, id, input);
      if (!beat) throw missingAgent();
      const last_heartbeat_at = beat.at.toISOString();
      announce(id, beat.before, beat.after, { active_tasks: input.active_tasks, last_heartbeat_at });
      tellBeat({ agent_id: id, active_tasks: input.active_tasks, last_heartbeat_at });
      const { after: status, paused, draining } = beat;
      return {
        id,
        status,
        paused,
        draining,
        last_heartbeat_at,
        next_heartbeat_seconds: HEARTBEAT_SECONDS,
      };
    },

    async announceStale(withinSeconds: number): Promise<number> {
      const silent = await findNewlyStale(pool, withinSeconds);
      await noteHealth(
        pool,
        silent.map(({ id }) => id),
      );
      for (const { id, active_tasks, last_heartbeat_at } of silent) {
        announce(id, active_tasks > 0 ? "active" : "idle", "stale", {
          active_tasks,
          last_heartbeat_at: last_heartbeat_at.toISOString(),
        });
      }
      return silent.length;
    },

    async history(id: string, hours: number): Promise<AgentHealth> {
      const agent = await findAgent(pool, id);
      if (!agent) throw missingAgent();
      const span = spanOf(clock.now(), hours);
      const rows = await readHealth(pool, [id], span.from);
      return { samples: fillSamples(rows.get(id) ?? [], span, agent.status) };
    },

    /** The last day in half hours, oldest first, of agents that are this now. */
    async sparklines(
      agents: readonly { id: string; status: AgentStatus }[],
    ): Promise<Map<string, AgentStatus[]>> {
      const span = spanOf(clock.now(), SPARKLINE_POINTS / 2);
      const ids = agents.map(({ id }) => id);
      const rows = ids.length > 0 ? await readHealth(pool, ids, span.from) : new Map();
      return new Map(
        agents.map(({ id, status }) => [
          id,
          condense(
            fillSamples(rows.get(id) ?? [], span, status),
            30 / HEALTH_BUCKET_MINUTES,
            SPARKLINE_POINTS,
          ),
        ]),
      );
    },
  };
}

/** So many hours up to now, the bucket that is going on being the last. */
function spanOf(now: Date, hours: number): { from: Date; to: Date } {
  return { from: new Date(now.getTime() - hours * HOUR_MS + HEALTH_BUCKET_MINUTES * 60_000), to: now };
}
