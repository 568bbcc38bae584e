import { z } from "zod";
import { TOOL_KINDS } from "../agents/schema.ts";

export const toolKind = z.enum(TOOL_KINDS);
export type ToolKind = z.infer<typeof toolKind>;

export const DEFAULT_WAIT_SECONDS = 600;
const MAX_TEXT = 400_000;

const toolDiff = z.strictObject({
  path: z.string().min(1).max(1000),
  /** Null: the file is not there yet. */
  old_text: z.string().max(MAX_TEXT).nullable().default(null),
  new_text: z.string().max(MAX_TEXT),
});

/** What a reviewer made of a call's arguments; only "change arguments" writes it. */
const changedArguments = z.strictObject({
  by: z.strictObject({ id: z.string(), name: z.string() }),
  reason: z.string(),
  /** As the agent had asked. */
  before: z.record(z.string(), z.unknown()),
});

/** `config.parameters` of an `agent.tool_call`. */
export const toolCallParameters = z.strictObject({
  tool: z.string().trim().min(1).max(200).describe("The tool's name, as the agent's settings name it"),
  kind: toolKind.default("other").describe("What such a call does"),
  title: z.string().trim().min(1).max(500).describe("What it is about, for people"),
  arguments: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("What the tool is called with; secrets in it are not kept"),
  locations: z
    .array(z.strictObject({ path: z.string().min(1).max(1000), line: z.int().min(0).optional() }))
    .max(100)
    .default([])
    .describe("Files that it touches"),
  diffs: z.array(toolDiff).max(50).default([]).describe("What it would change in them"),
  workspace: z
    .strictObject({ name: z.string().trim().min(1).max(100), root: z.string().min(1).max(1000) })
    .optional()
    .describe("Where the agent works: a name for it, and the folder that paths lie in"),
  session_id: z.string().min(1).max(200).optional(),
  tool_call_id: z.string().min(1).max(200).optional(),
  protocol: z.enum(["acp", "hook", "mcp", "api"]).default("api"),
  /** What could not be passed on, for reviewers. */
  notes: z.array(z.string().min(1).max(500)).max(20).default([]),
  wait_seconds: z
    .int()
    .min(5)
    .max(86_400)
    .default(DEFAULT_WAIT_SECONDS)
    .describe("So long the agent waits for an answer; then it is refused"),
  reports_end: z
    .boolean()
    .default(true)
    .describe("Whether the agent says how the call ended; where not, it ends with the permission"),
  takes_changes: z
    .boolean()
    .default(false)
    .describe("Whether the agent can be given other arguments than it asked for"),
  changed: changedArguments.optional(),
});
export type ToolCallParameters = z.infer<typeof toolCallParameters>;
export type ToolCallInput = z.input<typeof toolCallParameters>;

export const CALL_OUTCOMES = ["completed", "failed", "cancelled", "unknown"] as const;

export const MAX_END_MESSAGE = 2000;
export const MAX_END_OUTPUT = 64_000;

/** How a call ended, as its agent tells. */
export const callEndInput = z.strictObject({
  outcome: z.enum(CALL_OUTCOMES),
  /** A sentence: what went wrong, or why it was not run. */
  message: z.string().trim().min(1).max(MAX_END_MESSAGE).optional(),
  /** What the tool answered, as far as it is worth keeping. */
  output: z.string().max(MAX_END_OUTPUT).optional(),
});
export type CallEndInput = z.infer<typeof callEndInput>;

export const callEnd = callEndInput.extend({
  task_id: z.uuid(),
  revision: z.int(),
  reported_at: z.string(),
});
export type CallEnd = z.infer<typeof callEnd>;

/** A reviewer's other arguments for a call. */
export const changeArgumentsInput = z.strictObject({
  arguments: z.record(z.string(), z.unknown()),
  /** The agent is told. */
  reason: z.string().trim().min(1).max(2000),
  expected_revision: z.int().min(1).optional(),
});
export type ChangeArgumentsInput = z.infer<typeof changeArgumentsInput>;
