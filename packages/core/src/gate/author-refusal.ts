import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { GateDeps } from "./deps.ts";

/** Why a task does not go on in its author's name. */
export type AuthorRefusal = {
  readonly code: string;
  /** Continues "it does not go on, because". */
  readonly reason: string;
  /** There is nobody any more whom it could go back to. */
  readonly final: boolean;
};

/** What an agent's task that is not begun is cancelled for, once the agent is retired. */
export const AGENT_RETIRED: AuthorRefusal = {
  code: "AGENT_RETIRED",
  reason: "its agent was retired",
  final: true,
};

/**
 * Whether its author may still have this done: the person, or the person behind the agent, is here, and the agent may
 * propose it by its settings of now. A paused agent proposes nothing new; what it has asked for already goes on. Null
 * where nothing stands against it.
 */
export async function authorRefusal(
  deps: Pick<GateDeps, "agents" | "pool">,
  task: Pick<TaskRecord, "author_id" | "author_kind" | "type" | "resource_keys">,
): Promise<AuthorRefusal | null> {
  const isAgents = task.author_kind === "agent";
  const refused = isAgents ? await agentRefusal(deps, task) : null;
  if (refused) return refused;
  const { rows } = await deps.pool.query<{ active: boolean }>({
    name: "gate-author",
    // Whoever answers for the agent now: its owner when it proposed this may have left it to somebody.
    text: `SELECT active FROM "user" WHERE id = coalesce((SELECT owner_id FROM agent WHERE id = $1), $1)`,
    values: [task.author_id],
  });
  if (rows[0]?.active !== false) return null;
  const reason = isAgents
    ? "whoever answers for its agent is no longer active"
    : "its author is no longer active";
  return { code: "AUTHOR_GONE", reason, final: false };
}

async function agentRefusal(
  deps: Pick<GateDeps, "agents">,
  task: Pick<TaskRecord, "author_id" | "type" | "resource_keys">,
): Promise<AuthorRefusal | null> {
  try {
    await deps.agents.mayPropose(task.author_id, task.type, task.resource_keys, { begun: true });
    return null;
  } catch (error) {
    if (!isCoded(error)) throw error;
    if (error.code === "AGENT_PAUSED") return null;
    if (error.code === "NOT_FOUND") return AGENT_RETIRED;
    const reason = `its agent may no longer propose it: ${error.message}`;
    return { code: error.code, reason, final: false };
  }
}
