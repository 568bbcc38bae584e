import type { CommandDefinition } from "@ade/core/executors/adapters/command/schema";

/** A definition as it stands in the form: everything is text. */
export type CommandDraft = {
  name: string;
  title: string;
  description: string;
  types: string[];
  directory: string;
  plan: string;
  apply: string;
  rollback: string;
  parameters: string;
  resources: string;
  environment: string;
  plan_exit_codes: string;
  volatile: string;
  retry: "safe" | "never";
};

export const EMPTY_COMMAND: CommandDraft = {
  name: "",
  title: "",
  description: "",
  types: [],
  directory: "",
  plan: "",
  apply: "",
  rollback: "",
  parameters: "",
  resources: "",
  environment: "",
  plan_exit_codes: "0",
  volatile: "",
  retry: "never",
};

export function draftOfCommand(definition: CommandDefinition): CommandDraft {
  const { properties, required } = definition.parameters as { properties?: object; required?: string[] };
  const hasParameters = Object.keys(properties ?? {}).length > 0;
  const { additionalProperties: _a, type: _t, ...schema } = definition.parameters;
  return {
    name: definition.name,
    title: definition.title ?? "",
    description: definition.description ?? "",
    types: [...(definition.types ?? [])],
    directory: definition.directory,
    plan: textOfVector(definition.plan),
    apply: textOfVector(definition.apply),
    rollback: definition.rollback ? textOfVector(definition.rollback) : "",
    parameters: hasParameters || required ? JSON.stringify(schema, null, 2) : "",
    resources: definition.resources ? JSON.stringify(definition.resources, null, 2) : "",
    environment: Object.entries(definition.environment)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    plan_exit_codes: definition.plan_exit_codes.join(", "),
    volatile: definition.volatile.join("\n"),
    retry: definition.retry,
  };
}

/** Text that can't be understood, by field, in the words that the form shows. */
export class DraftProblem extends Error {
  readonly field: keyof CommandDraft;
  constructor(field: keyof CommandDraft, issue: string) {
    super(issue);
    this.field = field;
  }
}

/** The definition that stands in the form. Throws DraftProblem. */
export function definitionOfDraft(draft: CommandDraft): CommandDefinition {
  const text = (key: "title" | "description") => draft[key].trim() && { [key]: draft[key].trim() };
  return {
    name: draft.name.trim(),
    ...text("title"),
    ...text("description"),
    ...(draft.types.length > 0 && { types: draft.types }),
    directory: draft.directory.trim(),
    plan: vectorOf(draft, "plan"),
    apply: vectorOf(draft, "apply"),
    ...(draft.rollback.trim() && { rollback: vectorOf(draft, "rollback") }),
    parameters: jsonOf(draft, "parameters", {}) as CommandDefinition["parameters"],
    ...(draft.resources.trim() && {
      resources: jsonOf(draft, "resources", []) as NonNullable<CommandDefinition["resources"]>,
    }),
    environment: environmentOf(draft),
    plan_exit_codes: codesOf(draft),
    volatile: linesOf(draft.volatile),
    retry: draft.retry,
  };
}

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

/** One element a line; elements that hold line breaks themselves need JSON. */
const textOfVector = (vector: readonly string[]) =>
  vector.some((element) => element.includes("\n") || element.trim() === "")
    ? JSON.stringify(vector, null, 2)
    : vector.join("\n");

function vectorOf(draft: CommandDraft, field: "plan" | "apply" | "rollback"): string[] {
  const text = draft[field];
  return text.trimStart().startsWith("[\n") || text.trimStart().startsWith('["')
    ? (jsonOf(draft, field, []) as string[])
    : linesOf(text);
}

function jsonOf(
  draft: CommandDraft,
  field: "plan" | "apply" | "rollback" | "parameters" | "resources",
  empty: unknown,
) {
  if (draft[field].trim() === "") return empty;
  try {
    return JSON.parse(draft[field]) as unknown;
  } catch {
    throw new DraftProblem(field, "This is not JSON yet.");
  }
}

function environmentOf({ environment }: CommandDraft): Record<string, string> {
  return Object.fromEntries(
    linesOf(environment).map((line) => {
      const at = line.indexOf("=");
      if (at < 1) throw new DraftProblem("environment", "Each line must be NAME=value.");
      return [line.slice(0, at).trim(), line.slice(at + 1)];
    }),
  );
}

function codesOf({ plan_exit_codes }: CommandDraft): number[] {
  const codes = plan_exit_codes.split(/[\s,]+/).filter(Boolean);
  if (codes.length === 0 || codes.some((code) => !/^\d{1,3}$/.test(code)))
    throw new DraftProblem("plan_exit_codes", "These must be numbers, such as 0, 2.");
  return codes.map(Number);
}
