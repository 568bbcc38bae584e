import type { AgentEntry } from "@ade/client";
import { fields } from "../output/fields.ts";
import { plainLine, plainText } from "../output/plain.ts";
import type { Style } from "../output/style.ts";
import { when } from "../output/times.ts";

const SIGNS: Readonly<Record<string, readonly [string, "green" | "yellow" | "red" | "dim" | "blue"]>> = {
  active: ["●", "green"],
  idle: ["○", "green"],
  stale: ["!", "red"],
  unknown: ["?", "dim"],
  paused: ["‖", "yellow"],
  draining: ["↓", "blue"],
};

/** `● active`: sign and word, so that nothing hangs on the colour. Pure. */
export const statusText = ({ status }: Pick<AgentEntry, "status">): string =>
  `${SIGNS[status]?.[0] ?? "?"} ${status}`;
export const paintStatus = (
  style: Style,
  { status }: Pick<AgentEntry, "status">,
): ((text: string) => string) => style[SIGNS[status]?.[1] ?? "dim"];

/** An agent on one screen. Pure. */
export function agentText(agent: AgentEntry, style: Style): string {
  const { connection, tools, capacity } = agent;
  const of = (permission: string) =>
    tools.filter((tool) => tool.permission === permission).map(({ name }) => plainLine(name));
  const scope = (globs: readonly string[] | null) =>
    globs === null ? "every" : globs.map(plainLine).join(", ") || "none";
  return fields(style, [
    ["Agent", style.bold(plainLine(agent.name))],
    ["Id", agent.id],
    ["Status", `${paintStatus(style, agent)(statusText(agent))}${agent.active ? "" : ", retired"}`],
    ["Heartbeat", when(agent.last_heartbeat_at) || "never"],
    ["Capacity", `${capacity.active_tasks} of ${capacity.max_tasks} tasks`],
    ["Owner", plainLine(agent.owner_name)],
    ["About", plainText(agent.description)],
    ["Tags", agent.tags.map(plainLine).join(", ")],
    ["Connection", plainLine(Object.values(connection).flat().join(" "))],
    ["Model", agent.model && plainLine(agent.model)],
    ["Tools allowed", of("allow").join(", ")],
    ["Tools that ask", of("ask").join(", ")],
    ["Tools denied", of("deny").join(", ")],
    ["Resources", scope(agent.scopes)],
    ["Task types", scope(agent.task_types)],
    [
      "Limits",
      Object.entries(agent.limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
    ],
    ["Created", when(agent.created_at)],
  ]);
}

/** What a command that changed it answers with. Pure. */
export function agentLine(agent: AgentEntry, style: Style): string {
  return `${style.bold(plainLine(agent.name))} is ${paintStatus(style, agent)(statusText(agent))}.`;
}
