import { agentInput } from "../agents/schema.ts";
import { openWorkshop } from "../applying/applying-fixture.ts";
import { taskConfig } from "../executors/schema.ts";
import type { Actor } from "../kernel/actor.ts";
import { resourcesOfCall } from "./resources.ts";
import type { ToolCallInput } from "./schema.ts";

export type Callers = Awaited<ReturnType<typeof openCallers>>;

/** A workshop that applies, an agent in it that asks for tool calls, and whoever owns it and may review. */
export async function openCallers() {
  const core = await openWorkshop();
  core.applies = true;
  const owner = await core.person(["author", "reviewer"]);
  let count = 0;

  async function agentWith(more: object): Promise<Actor> {
    count += 1;
    const input = agentInput.parse({
      ...{ name: `coder ${count}`, owner_id: owner.id, connection: { kind: "mcp" } },
      ...more,
    });
    const { agent } = await core.agents.create(core.who.admin, input);
    return { ...owner, kind: "agent", id: agent.id, name: agent.name, roles: [], owner_id: owner.id };
  }

  /** Each call is one of another file, where it is not said of which. */
  function call(more: Partial<ToolCallInput> = {}, over: object = {}) {
    count += 1;
    const parameters: ToolCallInput = {
      tool: "edit_file",
      kind: "edit",
      title: `Edit file ${count}`,
      arguments: { path: `/repo/file-${count}.txt`, content: "new\n", token: "sesame" },
      diffs: [{ path: `/repo/file-${count}.txt`, old_text: "old\n", new_text: "new\n" }],
      workspace: { name: "work", root: "/repo" },
      ...more,
    };
    return taskConfig.parse({
      type: "agent.tool_call",
      description: parameters.title,
      resources: resourcesOfCall(parameters),
      parameters,
      rollback_strategy: "none",
      ...over,
    });
  }

  const agent = await agentWith({});
  return {
    ...{ core, owner, agent, agentWith, call },
    ask: (config = call(), by = agent) => core.reviewing(by, config),
    async approve(who: Actor, taskId: string) {
      const task = await core.tasks.get(core.who.admin, taskId);
      const approval = task.approvals.find(({ reviewer_id }) => reviewer_id === who.id)!;
      return core.gate.respond(who, approval.id, core.yes());
    },
  };
}
