import type { z } from "zod";
import { type AgentInput, agentInput } from "../schema.ts";
import type { Permitted } from "../summary.ts";
import type { DraftData, DraftProblem } from "./schema.ts";

/** Where the wizard asks for a field. */
const STEP_OF: Record<string, number> = {
  ...{ name: 1, description: 1, tags: 1, owner_id: 1 },
  ...{ connection: 2, provider: 2, model: 2 },
  ...{ instructions: 3, memory_blocks: 3 },
  ...{ tools: 4, scopes: 4, task_types: 4 },
  ...{ capacity: 5, limits: 5, parameters: 5 },
};

const FIELDS_OF_KIND = {
  acp: ["kind", "command", "args", "cwd"],
  mcp: ["kind"],
  http: ["kind", "url"],
  worker: ["kind", "queue"],
} as const;

/** Facts about a draft that its own text does not hold. */
export type DraftFacts = { name_taken: boolean; owner_left: boolean };

/** The agent that a draft describes, or what is still in its way, each with the step where it is mended. Pure. */
export function finish(
  data: DraftData,
  facts: DraftFacts,
): { input: AgentInput | null; problems: DraftProblem[] } {
  const read = agentInput.safeParse(tidied(data));
  const problems = read.success ? [] : read.error.issues.map(problemOf);
  if (facts.name_taken) problems.push({ field: "name", issue: "another agent has this name", step: 1 });
  if (facts.owner_left) problems.push({ field: "owner_id", issue: "has left, or never was here", step: 1 });
  const [first] = problems;
  return {
    input: read.success && !first ? read.data : null,
    problems: problems.toSorted((a, b) => a.step - b.step),
  };
}

/** What somebody typed, without what they left empty and without the fields of kinds that they did not choose. */
function tidied(data: DraftData): Record<string, unknown> {
  const { connection = {}, memory_blocks, capacity, limits, parameters, ...plain } = data;
  const kind = connection.kind;
  const connected = kind
    ? filled(Object.fromEntries(FIELDS_OF_KIND[kind].map((field) => [field, connection[field as "kind"]])))
    : undefined;
  return {
    ...filled(plain),
    ...(connected && { connection: connected }),
    ...(memory_blocks && { memory_blocks: memory_blocks.map((block) => ({ value: "", ...filled(block) })) }),
    ...(capacity?.max_tasks != null && { capacity }),
    ...(limits && { limits: filled(limits) }),
    ...(parameters && { parameters: filled(parameters) }),
  };
}

function filled(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
}

function problemOf(issue: z.core.$ZodIssue): DraftProblem {
  const field = issue.path.join(".");
  return { field, issue: issueOf(issue, field), step: STEP_OF[String(issue.path[0])] ?? 1 };
}

function issueOf(issue: z.core.$ZodIssue, field: string): string {
  if (field === "connection") return "choose how it is reached";
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  if (issue.code === "too_small" && issue.origin === "string") {
    return issue.minimum === 1 ? "is missing" : `must have at least ${issue.minimum} characters`;
  }
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big" && issue.origin === "string")
    return `must have at most ${issue.maximum} characters`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_format" && issue.format === "url")
    return "must be an address that begins with http";
  if (issue.code === "invalid_type") return "must be a whole number";
  return issue.message;
}

/** What of a draft decides what its agent may do; an incomplete one counts as what it would be. */
export function permittedOf(data: DraftData): Permitted {
  return {
    name: data.name ?? "",
    tools: data.tools?.filter(({ name }) => name.trim() !== "") ?? [],
    scopes: data.scopes ?? null,
    task_types: data.task_types ?? null,
    limits: Object.fromEntries(
      Object.entries(data.limits ?? {}).filter((each): each is [string, number] => each[1] !== null),
    ),
    max_tasks: data.capacity?.max_tasks ?? 10,
  };
}
