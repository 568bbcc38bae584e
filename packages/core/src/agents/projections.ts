import type { Projections } from "../ledger/service.ts";

const CHANGES = [
  "agent.created",
  "agent.configured",
  "agent.permissions_changed",
  "agent.permissions_restored",
  "agent.updated",
  "agent.paused",
  "agent.resumed",
  "agent.drain_begun",
  "agent.drain_ended",
  "agent.retired",
  "agent.reinstated",
  "agent.granted",
  "agent.grant_revoked",
] as const;

/** Whoever has an agent before their eyes reads it again. */
export const agentProjections: Projections = new Map(
  CHANGES.map((action) => [
    action,
    (entry) => [
      {
        event: "agent:changed",
        channels: [`agent:${entry.entity_id}`, "agents", "system"],
        payload: {
          agent_id: entry.entity_id,
          change: action,
          ...(typeof entry.detail.version === "number" ? { version: entry.detail.version } : {}),
        },
      },
    ],
  ]),
);
