import { z } from "zod";
import { pageQuery, pagination } from "../kernel/page.ts";

/** One line of text for people: no control characters, none that turn the direction of writing around. */
const line = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, "must not contain control or direction characters");

const globs = z.array(z.string().min(1).max(300)).max(100);

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

export const toolPermission = z.strictObject({
  name: line(1, 200),
  permission: z.enum(["allow", "ask", "deny"]),
});

const parameters = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
  context_window: z.int().min(1).max(100_000_000).optional(),
});

/** A new agent, as the wizard and `POST /agents` send it. Owner is who makes it, where none is named. */
export const agentInput = z.strictObject({
  name: line(2, 100),
  description: z.string().max(2000).default(""),
  tags: z.array(line(1, 100)).max(50).default([]),
  owner_id: z.uuid().optional(),
  connection: agentConnection,
  model: line(1, 200).optional(),
  instructions: z.string().max(100_000).default(""),
  memory_blocks: z.array(memoryBlock).max(50).default([]),
  tools: z
    .array(toolPermission)
    .max(500)
    .refine((tools) => new Set(tools.map((tool) => tool.name)).size === tools.length, "names a tool twice")
    .default([]),
  /** Patterns of resources it may touch; absent is every resource, an empty list none. */
  scopes: globs.optional(),
  /** Patterns of task types it may propose; absent is every type, an empty list none. */
  task_types: globs.optional(),
  capacity: z.strictObject({ max_tasks: z.int().min(1).max(10_000) }).default({ max_tasks: 10 }),
  /** Budgets and rates by name, with their unit: `{tasks_per_hour: 20}`. */
  limits: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,99}$/), z.number().min(0))
    .refine((limits) => Object.keys(limits).length <= 50, "has more than 50 entries")
    .default({}),
  parameters: parameters.default({}),
});
export type AgentInput = z.infer<typeof agentInput>;

/** What its owner may change is `paused`; the rest is for admins. */
export const agentPatch = z.strictObject({
  paused: z.boolean().optional(),
  owner_id: z.uuid().optional(),
  /** False retires it: its keys stop working. */
  active: z.boolean().optional(),
});
export type AgentPatch = z.infer<typeof agentPatch>;

export const AGENT_STATUSES = ["active", "idle", "stale", "unknown", "paused"] as const;
export const agentStatus = z.enum(AGENT_STATUSES);
export type AgentStatus = z.infer<typeof agentStatus>;

const metrics = z.record(
  z.string().min(1).max(100),
  z.union([z.number(), z.string().max(500), z.boolean(), z.null()]),
);

export const agentEntry = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  owner_id: z.uuid(),
  owner_name: z.string(),
  connection: agentConnection,
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
export const agentList = z.strictObject({ agents: z.array(agentEntry), pagination });
export type AgentList = z.infer<typeof agentList>;

export const MAX_METRICS = 50;
export const heartbeatInput = z.strictObject({
  active_tasks: z.int().min(0).max(100_000),
  metrics: metrics
    .refine((given) => Object.keys(given).length <= MAX_METRICS, `has more than ${MAX_METRICS} entries`)
    .optional(),
});
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

/** `paused` tells the agent to take no new work. */
export const heartbeatAnswer = z.strictObject({
  id: z.uuid(),
  status: agentStatus,
  paused: z.boolean(),
  last_heartbeat_at: z.string(),
  next_heartbeat_seconds: z.int(),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswer>;
