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

type Proposal = {
  agent: Pick<Agent, "id" | "name" | "version">;
  set: Record<string, unknown>;
  why: string;
  /** The draft that an earlier try left behind: it is written anew, not made a second time. */
  draftId: string | undefined;
  onDraft: (id: string) => void;
};

/** Proposes other permissions for an agent, as a task that is reviewed. Answers its id. Throws Problem. */
export async function proposePermissions(proposal: Proposal): Promise<string> {
  const { agent, set, why, draftId, onDraft } = proposal;
  const config: Inputs["tasks"]["create"]["config"] = {
    type: AGENT_SETTINGS_TYPE,
    description: `${proposalTitle(agent.name, set)}\n\n${why}`,
    resources: [{ type: "agent", id: agent.id, name: agent.name, actions: ["write"] }],
    parameters: { agent_id: agent.id, version: agent.version, set },
  };
  let id = draftId;
  if (id) await api.tasks.edit.mutate({ id, config });
  else {
    const task = await api.tasks.create.mutate({ config });
    if (!("id" in task))
      throw new Problem({ code: "PAGE_ERROR", status: -1, message: "Nothing was stored." });
    id = task.id;
    onDraft(id);
  }
  await api.tasks.submit.mutate({ id });
  return id;
}
