import type { ExecutorInfo, TaskConfig } from "@ade/core/executors/schema";
import type { ResourceRef } from "@ade/core/resources/schema";
import type { TaskEntry } from "@ade/core/tasks/schema";
import type { FieldIssue } from "#lib/problem.ts";

/** What stands in the form; becomes a configuration and its metadata. */
export type Draft = {
  type: string;
  description: string;
  resources: ResourceRef[];
  parameters: Record<string, unknown>;
  /** Named beside those in the parameters; the form keeps them. */
  secrets: string[];
  priority: number;
  timeout_seconds: number;
  rollback_strategy: TaskConfig["rollback_strategy"];
  ticket_ref: string;
  team: string;
  tags: string;
};

export const EMPTY_DRAFT: Draft = {
  type: "",
  description: "",
  resources: [],
  parameters: {},
  secrets: [],
  priority: 50,
  timeout_seconds: 300,
  rollback_strategy: "automatic",
  ticket_ref: "",
  team: "",
  tags: "",
};

const STORED = "ade.draft";
const NO_WORDS = "(not described yet)";

/** The draft kept in this browser, if there is one. */
export function readStoredDraft(): Draft | null {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? "null") as Partial<Draft> | null;
    return stored?.type ? { ...EMPTY_DRAFT, ...stored } : null;
  } catch {
    return null;
  }
}
export function storeDraft(draft: Draft | null): void {
  if (draft) localStorage.setItem(STORED, JSON.stringify(draft));
  else localStorage.removeItem(STORED);
}

/** A pattern such as `command.*` stands for a family of types. */
const isFamily = ({ type }: Pick<ExecutorInfo, "type">): boolean => type.endsWith(".*");

/** Tasks that choose a command which an admin defined. */
export const isCommand = ({ type }: Pick<ExecutorInfo, "type">): boolean =>
  ["command.*", "terraform.*", "kubectl.*"].includes(type);

/** Who handles a type. */
export function executorFor(executors: readonly ExecutorInfo[], type: string): ExecutorInfo | undefined {
  return (
    executors.find((each) => each.type === type) ??
    executors.find((each) => isFamily(each) && type.startsWith(each.type.slice(0, -1)))
  );
}

/** What there is to choose from: families of one executor are one choice. */
export function choicesOf(executors: readonly ExecutorInfo[]): ExecutorInfo[] {
  return executors.filter(
    (each) =>
      !isFamily(each) || each === executors.find((other) => isFamily(other) && other.title === each.title),
  );
}

/** A type's example as a starting point; what was already described stays. */
export function startWith(executor: ExecutorInfo, before: Draft): Draft {
  const example = executor.example as Partial<Pick<Draft, "type" | "resources" | "parameters">>;
  return {
    ...before,
    type: isFamily(executor) ? (example.type ?? executor.type) : executor.type,
    resources: example.resources ?? [],
    parameters: example.parameters ?? {},
    secrets: [],
  };
}

export function draftOfTask({ config, metadata }: TaskEntry): Draft {
  return {
    type: config.type,
    description: config.description,
    resources: config.resources,
    parameters: config.parameters,
    secrets: config.secrets,
    priority: config.priority,
    timeout_seconds: config.timeout_seconds,
    rollback_strategy: config.rollback_strategy,
    ticket_ref: metadata.ticket_ref ?? "",
    team: metadata.team ?? "",
    tags: metadata.tags.join(", "),
  };
}

/** What a draft lacks before it can be sent, in the order of the form. Pure. */
export function missingFrom({ type, description, resources }: Draft): FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (type === "") return [{ field: "config.type", issue: "Choose what kind of change it is" }];
  if (description.trim() === "")
    issues.push({ field: "config.description", issue: "Say what should change, and why" });
  if (resources.length === 0)
    issues.push({ field: "config.resources", issue: "Add at least one resource that it touches" });
  return issues;
}

export function configOf(draft: Draft): TaskConfig {
  return {
    type: draft.type,
    version: "1.0.0",
    description: draft.description.trim() || NO_WORDS,
    resources: draft.resources,
    parameters: draft.parameters,
    secrets: draft.secrets,
    rollback_strategy: draft.rollback_strategy,
    timeout_seconds: draft.timeout_seconds,
    priority: draft.priority,
  };
}

export function metadataOf(draft: Draft) {
  return {
    tags: tagsOf(draft),
    ...(draft.ticket_ref.trim() && { ticket_ref: draft.ticket_ref.trim() }),
    ...(draft.team.trim() && { team: draft.team.trim() }),
  };
}

export function tagsOf(draft: Draft): string[] {
  return draft.tags
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
}

/** The same call for a terminal; the key is left for whoever runs it. */
export function curlOf(draft: Draft, origin: string): string {
  const body = JSON.stringify({ config: configOf(draft), metadata: metadataOf(draft) }, null, 2).replaceAll(
    "'",
    "'\\''",
  );
  return `curl -X POST ${origin}/api/v1/tasks \\\n  -H "authorization: Bearer $ADE_API_KEY" \\\n  -H "content-type: application/json" \\\n  -d '${body}'`;
}
