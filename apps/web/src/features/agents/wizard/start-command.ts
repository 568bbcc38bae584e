import type { Agent } from "../agent-types.ts";

export type StartCommand = { title: string; text: string; note: string };

/** What is pasted into a terminal or a settings file so that a new agent is there, key included. Pure. */
export function startCommand(
  agent: Pick<Agent, "id" | "connection">,
  key: string,
  origin: string,
): StartCommand {
  const { connection } = agent;
  const login = `export ADE_URL=${quoted(origin)}\nexport ADE_API_KEY=${quoted(key)}`;
  if (connection.kind === "acp") {
    const command = [connection.command, ...(connection.args ?? [])].map(quoted).join(" ");
    return {
      title: "Start it behind the gate",
      text: `${login}\n${connection.cwd ? `cd ${quoted(connection.cwd)}\n` : ""}ade acp -- ${command}`,
      note: "Put the last line where your editor names its agent: whatever the agent asks for is decided here.",
    };
  }
  if (connection.kind === "mcp") {
    const server = {
      type: "http",
      url: `${origin}/api/mcp`,
      headers: { Authorization: `Bearer ${key}` },
    };
    return {
      title: "In its MCP settings",
      text: JSON.stringify({ mcpServers: { "community-ade": server } }, null, 2),
      note: "For a client that only knows stdio, the command is: ade mcp",
    };
  }
  return {
    title: "Start it: a heartbeat every 10 s",
    text: `${login}
while curl -sS -X POST "$ADE_URL/api/v1/agents/${agent.id}/heartbeat" \\
  -H "authorization: Bearer $ADE_API_KEY" -H "content-type: application/json" \\
  -d '{"active_tasks": 0}'; do sleep 10; done`,
    note: "The agent sends the same by itself, with the number of tasks that it works on.",
  };
}

/** As one word of a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
