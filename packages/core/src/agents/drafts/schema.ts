import { z } from "zod";
import { agentInput, agentSummary } from "../schema.ts";

/** Text that is still being written: any, within what the finished thing may hold. */
const text = (max: number) => z.string().max(max);
const number = z.number().nullable();

/** What the wizard has so far. Nothing must be there, nothing may be beyond what an agent can hold. */
export const draftData = z
  .strictObject({
    name: text(100),
    description: text(2000),
    tags: z.array(text(100)).max(50),
    owner_id: text(100),
    /** Fields of other kinds than the chosen one are kept, so that choosing again loses nothing. */
    connection: z
      .strictObject({
        kind: z.enum(["acp", "mcp", "http", "worker"]),
        command: text(1000),
        args: z.array(text(2000)).max(100),
        cwd: text(1000),
        url: text(2000),
        queue: text(100),
      })
      .partial(),
    provider: text(100),
    model: text(200),
    instructions: text(100_000),
    memory_blocks: z
      .array(
        z
          .strictObject({ label: text(100), value: text(20_000), limit: number, read_only: z.boolean() })
          .partial(),
      )
      .max(50),
    tools: z
      .array(z.strictObject({ name: text(200), permission: z.enum(["allow", "ask", "deny"]) }))
      .max(500),
    scopes: z.array(text(300)).max(100),
    task_types: z.array(text(300)).max(100),
    capacity: z.strictObject({ max_tasks: number }).partial(),
    limits: z
      .record(text(100), number)
      .refine((limits) => Object.keys(limits).length <= 50, "has more than 50 entries"),
    parameters: z.strictObject({ temperature: number, max_tokens: number, context_window: number }).partial(),
  })
  .partial();
export type DraftData = z.infer<typeof draftData>;

/** 1 identity, 2 connection, 3 instructions and memory, 4 tools and permissions, 5 limits and review. */
export const draftStep = z.int().min(1).max(5);

/** What would refuse the creation, with the step where it is mended. */
export const draftProblem = z.strictObject({ field: z.string(), issue: z.string(), step: draftStep });
export type DraftProblem = z.infer<typeof draftProblem>;

export const agentDraft = z.strictObject({
  id: z.uuid(),
  version: z.int(),
  step: draftStep,
  data: draftData,
  updated_at: z.string(),
  name_taken: z.boolean(),
  problems: z.array(draftProblem),
  summary: agentSummary,
  /** The body of `POST /agents` that makes it; null while there are problems. */
  input: agentInput.nullable(),
});
export type AgentDraft = z.infer<typeof agentDraft>;

/** From another agent, a template of the catalogue, or a file as the export gives it. */
export const createDraftInput = z.strictObject({
  from: z
    .union([
      z.strictObject({ agent_id: z.uuid() }),
      z.strictObject({ template_id: z.string().min(1).max(60) }),
      z.strictObject({ file: z.record(z.string(), z.unknown()) }),
    ])
    .optional(),
});
export type CreateDraftInput = z.infer<typeof createDraftInput>;

export const saveDraftInput = z.strictObject({ version: z.int().min(1), step: draftStep, data: draftData });
export type SaveDraftInput = z.infer<typeof saveDraftInput>;

/** One's own, the last touched first. */
export const draftList = z.strictObject({
  drafts: z.array(
    z.strictObject({
      id: z.uuid(),
      version: z.int(),
      step: draftStep,
      name: z.string(),
      problems: z.int(),
      created_at: z.string(),
      updated_at: z.string(),
    }),
  ),
});
export type DraftList = z.infer<typeof draftList>;
