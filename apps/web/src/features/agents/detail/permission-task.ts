import { AGENT_SETTINGS_TYPE } from "@ade/core/agents/settings/schema";
import { api, type Inputs } from "#lib/api.ts";
import { Problem } from "#lib/problem.ts";
import type { Agent } from "../agent-types.ts";

const NAMES: Record<string, string> = {
  tools: "tools",
  scopes: "resources",
  task_types: "task types",
  capacity: "capacity",
  limits: "limits",
};

/** The first line of the task, which reviewers see in the inbox. Pure. */
export function proposalTitle(name: string, set: Record<string, unknown>): string {
  const fields = Object.keys(set).map((field) => NAMES[field] ?? field);
  const list = fields.length < 2 ? fields.join("") : `${fields.slice(0, -1).join(", ")} and ${fields.at(-1)}`;
  return `Change what ${name} may do: ${list}`;
}

/** Proposes other permissions for an agent, as a task that is reviewed. Answers its id. Throws Problem. */
export async function proposePermissions(
  agent: Pick<Agent, "id" | "name" | "version">,
  set: Record<string, unknown>,
  why: string,
): Promise<string> {
  const config: Inputs["tasks"]["create"]["config"] = {
    type: AGENT_SETTINGS_TYPE,
    description: `${proposalTitle(agent.name, set)}\n\n${why}`,
    resources: [{ type: "agent", id: agent.id, name: agent.name, actions: ["write"] }],
    parameters: { agent_id: agent.id, version: agent.version, set },
  };
  const task = await api.tasks.create.mutate({ config });
  if (!("id" in task)) throw new Problem({ code: "PAGE_ERROR", status: -1, message: "Nothing was stored." });
  await api.tasks.submit.mutate({ id: task.id });
  return task.id;
}
