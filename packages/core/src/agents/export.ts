import { AGENT_FILE_FORMAT, type AgentEntry, type AgentFile, type AgentInput } from "./schema.ts";

/** All that makes up an agent, as it would be sent to make another; without id, owner and key. Pure. */
export function inputOf(agent: AgentEntry): Omit<AgentInput, "owner_id" | "draft_id"> {
  const { name, description, tags, connection, instructions, memory_blocks, tools, limits, parameters } =
    agent;
  return {
    ...{ name, description, tags, connection, instructions, memory_blocks, tools, limits, parameters },
    capacity: { max_tasks: agent.capacity.max_tasks },
    ...(agent.provider !== null && { provider: agent.provider }),
    ...(agent.model !== null && { model: agent.model }),
    ...(agent.scopes && { scopes: agent.scopes }),
    ...(agent.task_types && { task_types: agent.task_types }),
  };
}

/** The agent as a file. */
export function fileOf(agent: AgentEntry): AgentFile {
  return { format: AGENT_FILE_FORMAT, agent: inputOf(agent) };
}
