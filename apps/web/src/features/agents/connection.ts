import type { AgentConnection } from "@ade/core/agents/schema";

export type ConnectionKind = AgentConnection["kind"];

/** How an agent and the server find each other, in words. */
export const CONNECTIONS: Record<ConnectionKind, { name: string; means: string }> = {
  worker: { name: "Worker", means: "It pulls its tasks with its key." },
  mcp: { name: "MCP", means: "It calls the server's tools over the Model Context Protocol." },
  acp: { name: "ACP", means: "The server starts it by a command and speaks the Agent Client Protocol." },
  http: { name: "HTTP", means: "The server calls its endpoint." },
};

/** The kind and what is special about this one: a command, an address, a queue. */
export function connectionText(connection: AgentConnection): string {
  const { name } = CONNECTIONS[connection.kind];
  if (connection.kind === "acp")
    return `${name} · ${[connection.command, ...(connection.args ?? [])].join(" ")}`;
  if (connection.kind === "http") return `${name} · ${connection.url}`;
  if (connection.kind === "worker" && connection.queue) return `${name} · queue ${connection.queue}`;
  return name;
}
