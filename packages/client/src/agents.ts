import type {
  AgentEntry,
  AgentFile,
  AgentList,
  AgentPatch,
  AgentsQuery,
  CreateAgent,
  HeartbeatAnswer,
  HeartbeatInput,
  NewAgent,
} from "./shapes.ts";
import type { Transport } from "./transport.ts";

export type Agents = ReturnType<typeof createAgents>;

/** Agents over REST. */
export function createAgents({ send }: Transport) {
  return {
    list: async (query: AgentsQuery = {}): Promise<AgentList> =>
      (await send<AgentList>({ method: "GET", path: "/agents", query })).body,
    /** @throws NOT_FOUND */
    get: async (id: string): Promise<AgentEntry> =>
      (await send<AgentEntry>({ method: "GET", path: `/agents/${id}` })).body,
    /**
     * Makes an agent and its key, which is shown this once. It is tried once: an answer with a key in it is not kept for
     * a second try. @throws AGENT_NAME_TAKEN, VALIDATION_ERROR
     */
    create: async (agent: CreateAgent): Promise<NewAgent> =>
      (await send<NewAgent>({ method: "POST", path: "/agents", body: agent, patienceMs: 0 })).body,
    /** Its settings as a file, without keys and ids; `create` takes its `agent`. */
    export: async (id: string): Promise<AgentFile> =>
      (await send<AgentFile>({ method: "GET", path: `/agents/${id}/export` })).body,
    /** Pauses, resumes, drains, hands over or retires. */
    update: async (id: string, patch: AgentPatch): Promise<AgentEntry> =>
      (await send<AgentEntry>({ method: "PATCH", path: `/agents/${id}`, body: patch })).body,
    /** Says that it lives, by the agent's own key. The answer says whether to take new work. */
    heartbeat: async (id: string, input: HeartbeatInput): Promise<HeartbeatAnswer> =>
      (await send<HeartbeatAnswer>({ method: "POST", path: `/agents/${id}/heartbeat`, body: input })).body,
  };
}
