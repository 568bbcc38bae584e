import { z } from "zod";
import { line } from "../kernel/line.ts";
import { pageQuery, pagination } from "../kernel/page.ts";

export const globs = z.array(z.string().min(1).max(300)).max(100);

/** How an agent is reached: started by us, calling us, called by us, or pulling its tasks. */
export const agentConnection = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("acp"),
    command: z.string().min(1).max(1000),
    args: z.array(z.string().max(2000)).max(100).optional(),
    cwd: z.string().max(1000).optional(),
  }),
  z.strictObject({ kind: z.literal("mcp") }),
  z.strictObject({ kind: z.literal("http"), url: z.url({ protocol: /^https?$/ }).max(2000) }),
  z.strictObject({ kind: z.literal("worker"), queue: z.string().min(1).max(100).optional() }),
]);
export type AgentConnection = z.infer<typeof agentConnection>;

export const memoryBlock = z.strictObject({
  label: line(1, 100),
  value: z.string().max(20_000),
  /** Characters that the agent may write into it. */
  limit: z.int().min(1).max(100_000).optional(),
  read_only: z.boolean().default(false),
});

/** What a call does, in the words of the Agent Client Protocol; `other` may do anything. */
export const TOOL_KINDS = [
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "switch_mode",
  "other",
] as const;

export const toolPermission = z.strictObject({
  name: line(1, 200),
  permission: z.enum(["allow", "ask", "deny"]),
});

const tags = z.array(line(1, 100)).max(50);
const description = z.string().max(2000);
const instructions = z.string().max(100_000);
const memoryBlocks = z
  .array(memoryBlock)
  .max(50)
  .refine(
    (blocks) => new Set(blocks.map(({ label }) => label)).size === blocks.length,
    "names a block twice",
  );
export const toolPermissions = z
  .array(toolPermission)
  .max(500)
  .refine((tools) => new Set(tools.map((tool) => tool.name)).size === tools.length, "names a tool twice");
export const capacity = z.strictObject({ max_tasks: z.int().min(1).max(10_000) });
/** More than this limits nothing. */
export const MAX_LIMIT = 1_000_000_000_000;
/**
 * Budgets and rates by name, with their unit: `{tasks_per_hour: 20}`. Enforced are `tasks_per_` and `tool_calls_per_`
 * `minute`, `hour` and `day`, where the agent proposes; the agent is told the others.
 */
export const limits = z
  .record(z.string().regex(/^[a-z][a-z0-9_]{0,99}$/), z.number().min(0).max(MAX_LIMIT))
  .refine((given) => Object.keys(given).length <= 50, "has more than 50 entries");

const parameters = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
  context_window: z.int().min(1).max(100_000_000).optional(),
});

/** A new agent, as the wizard and `POST /agents` send it. Owner is who makes it, where none is named. */
export const agentInput = z.strictObject({
  name: line(2, 100),
  description: description.default(""),
  tags: tags.default([]),
  owner_id: z.uuid().optional(),
  connection: agentConnection,
  provider: line(1, 100).optional(),
  model: line(1, 200).optional(),
  instructions: instructions.default(""),
  memory_blocks: memoryBlocks.default([]),
  tools: toolPermissions.default([]),
  /** Patterns of resources it may touch; absent is every resource, an empty list none. */
  scopes: globs.optional(),
  /** Patterns of task types it may propose; absent is every type, an empty list none. */
  task_types: globs.optional(),
  capacity: capacity.default({ max_tasks: 10 }),
  limits: limits.default({}),
  parameters: parameters.default({}),
  /** The draft that this was; it ends with the agent's beginning. */
  draft_id: z.uuid().optional(),
});
export type AgentInput = z.infer<typeof agentInput>;

/** Its owner may pause and drain it; the rest is for admins. */
export const agentPatch = z.strictObject({
  paused: z.boolean().optional(),
  /** True: takes no new work, and ends what it has. */
  draining: z.boolean().optional(),
  /** Hands it over: its keys are revoked, and the new owner makes others. */
  owner_id: z.uuid().optional(),
  /** False retires it: its keys stop working. */
  active: z.boolean().optional(),
});
export type AgentPatch = z.infer<typeof agentPatch>;

/** What may be set by owner and admin without a review; what is absent stays, null takes away. */
export const agentSettings = z.strictObject({
  description: description.optional(),
  tags: tags.optional(),
  connection: agentConnection.optional(),
  provider: line(1, 100).nullable().optional(),
  model: line(1, 200).nullable().optional(),
  instructions: instructions.optional(),
  memory_blocks: memoryBlocks.optional(),
  parameters: parameters.optional(),
});
export type AgentSettings = z.infer<typeof agentSettings>;
/** Refused with CONFLICT where the agent has another version by now. */
export const configureInput = agentSettings.extend({ version: z.int().min(1) });
export type ConfigureInput = z.infer<typeof configureInput>;

export const AGENT_STATUSES = ["active", "idle", "stale", "unknown", "paused", "draining"] as const;
export const agentStatus = z.enum(AGENT_STATUSES);
export type AgentStatus = z.infer<typeof agentStatus>;

/** What a list of agents can be sorted by; what needs a look comes first. */
export const AGENT_SORTS = ["name", "status", "heartbeat", "load", "created"] as const;
export type AgentSort = (typeof AGENT_SORTS)[number];

const metrics = z.record(
  z.string().min(1).max(100),
  z.union([z.number(), z.string().max(500), z.boolean(), z.null()]),
);

export const agentEntry = z.strictObject({
  id: z.uuid(),
  /** Grows with each change of its settings. */
  version: z.int(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  owner_id: z.uuid(),
  owner_name: z.string(),
  connection: agentConnection,
  provider: z.string().nullable(),
  model: z.string().nullable(),
  instructions: z.string(),
  memory_blocks: z.array(memoryBlock),
  tools: z.array(toolPermission),
  /** Null is every resource. */
  scopes: z.array(z.string()).nullable(),
  /** Null is every task type. */
  task_types: z.array(z.string()).nullable(),
  capacity: z.strictObject({ max_tasks: z.int(), active_tasks: z.int() }),
  limits: z.record(z.string(), z.number()),
  parameters,
  status: agentStatus,
  paused: z.boolean(),
  draining: z.boolean(),
  active: z.boolean(),
  metrics: metrics.nullable(),
  last_heartbeat_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type AgentEntry = z.infer<typeof agentEntry>;

/** The only time that the key is shown. */
export const newAgent = z.strictObject({ agent: agentEntry, api_key: z.string() });
export type NewAgent = z.infer<typeof newAgent>;

export const listAgentsQuery = z.strictObject({
  ...pageQuery,
  status: agentStatus.optional(),
  tag: z.string().max(100).optional(),
  owner_id: z.uuid().optional(),
  /** Part of the name or of the description. */
  search: z.string().max(200).optional(),
});
export type ListAgentsQuery = z.infer<typeof listAgentsQuery>;
/** One of many: without its long texts, which `GET /agents/:id` has. */
export const listedAgent = agentEntry.omit({ instructions: true, memory_blocks: true });
export type ListedAgent = z.infer<typeof listedAgent>;
export const agentList = z.strictObject({ agents: z.array(listedAgent), pagination });
export type AgentList = z.infer<typeof agentList>;

export const MAX_METRICS = 50;
export const heartbeatInput = z.strictObject({
  active_tasks: z.int().min(0).max(100_000),
  metrics: metrics
    .refine((given) => Object.keys(given).length <= MAX_METRICS, `has more than ${MAX_METRICS} entries`)
    .optional(),
});
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

/** `paused` tells the agent to rest, `draining` to take no new work and to end what it has. */
export const heartbeatAnswer = z.strictObject({
  id: z.uuid(),
  status: agentStatus,
  paused: z.boolean(),
  draining: z.boolean(),
  last_heartbeat_at: z.string(),
  next_heartbeat_seconds: z.int(),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;

/** What an agent may do on its own, what needs a person, and what it never may. */
export const agentSummary = z.strictObject({
  sentence: z.string(),
  alone: z.array(z.string()),
  needs_person: z.array(z.string()),
  never: z.array(z.string()),
  /** Limits that the agent can read and that nothing here enforces: tokens, money. */
  told: z.array(z.string()),
});
export type AgentSummary = z.infer<typeof agentSummary>;

export const AGENT_FILE_FORMAT = "community-ade.agent/1";
/** An agent as a file: all its settings, without id, owner and key. */
export const agentFile = z.strictObject({
  format: z.literal(AGENT_FILE_FORMAT),
  agent: agentInput.omit({ owner_id: true, draft_id: true }),
});
export type AgentFile = z.infer<typeof agentFile>;
