import { z } from "zod";
import {
  AGENT_SORTS,
  AGENT_STATUSES,
  agentStatus,
  listAgentsQuery,
  listedAgent,
} from "../../agents/schema.ts";
import { pagination } from "../../kernel/page.ts";
import { taskState } from "../../tasks/schema.ts";

export const agentCardsQuery = listAgentsQuery.extend({
  sort: z.enum(AGENT_SORTS).default("name"),
  /** Only those that the caller marked. */
  favourites: z.boolean().default(false),
});
export type AgentCardsQuery = z.infer<typeof agentCardsQuery>;

export const agentCard = listedAgent.extend({
  /** The last 24 h in half hours, oldest first. */
  sparkline: z.array(agentStatus),
  /** What it works on or waits for, the furthest first. */
  current_task: z.strictObject({ id: z.uuid(), title: z.string(), state: taskState }).nullable(),
  /** The task of its that ended last. */
  last_run: z
    .strictObject({ task_id: z.uuid(), title: z.string(), state: taskState, at: z.string() })
    .nullable(),
  favourite: z.boolean(),
});
export type AgentCard = z.infer<typeof agentCard>;

export const agentCards = z.strictObject({
  agents: z.array(agentCard),
  /** All there are. */
  tags: z.array(z.string()),
  /** How many of the same list have each status. */
  counts: z.record(z.enum(AGENT_STATUSES), z.int()),
  pagination,
});
export type AgentCards = z.infer<typeof agentCards>;
