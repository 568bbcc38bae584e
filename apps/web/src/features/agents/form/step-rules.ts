import { agentInput } from "@ade/core/agents/schema";
import type { FieldErrors, Resolver } from "react-hook-form";
import { set } from "react-hook-form";
import { issueWords } from "#lib/issue-words.ts";
import type { FieldIssue } from "#lib/problem.ts";
import { type AgentForm, inputOf } from "./agent-form.ts";

export type Step = 1 | 2 | 3 | 4 | 5;
export const LAST_STEP = 5;

/** The steps of the wizard, each with the fields that it asks for and the server's own rules for them. */
export const STEPS: Record<Step, { name: string; asks: string }> = {
  1: { name: "Identity", asks: "Who is it, and who answers for it?" },
  2: { name: "Model and connection", asks: "How is it reached, and what thinks in it?" },
  3: { name: "Instructions and memory", asks: "What is it told, and what does it remember?" },
  4: { name: "Tools and permissions", asks: "What may it use, touch and propose?" },
  5: { name: "Limits and review", asks: "How much may it do? Then look at the whole." },
};
export const STEP_NUMBERS = [1, 2, 3, 4, 5] as const satisfies readonly Step[];

const RULES = {
  1: agentInput.pick({ name: true, description: true, tags: true, owner_id: true }),
  2: agentInput.pick({ connection: true, provider: true, model: true }),
  3: agentInput.pick({ instructions: true, memory_blocks: true }),
  4: agentInput.pick({ tools: true, scopes: true, task_types: true }),
  5: agentInput.pick({ capacity: true, limits: true, parameters: true }),
} satisfies Record<Step, unknown>;

/** The name of the form's field for one that the server names. Pure. */
export function formField(field: string, form: AgentForm): string {
  const [first, ...rest] = field.split(".");
  if (first === "limits" && rest.length > 0) {
    const row = form.limits.findIndex(({ name }) => name.trim() === rest.join("."));
    return row < 0 ? "limits" : `limits.${row}.amount`;
  }
  if (first === "connection" && rest[0] === "args") return "connection.args";
  if (first === "tools" || first === "tags" || first === "scopes" || first === "task_types") return first;
  return field;
}

/** What a step would be refused for, at the form's fields and in the form's words. Pure. */
export function stepIssues(step: Step, form: AgentForm): FieldIssue[] {
  const rules = RULES[step];
  const input = inputOf(form);
  const asked = Object.fromEntries(
    Object.keys(rules.shape)
      .filter((name) => input[name] !== undefined)
      .map((name) => [name, input[name]]),
  );
  const own = step === 5 ? limitIssues(form) : [];
  const checked = rules.safeParse(asked);
  const found = (checked.error?.issues ?? []).map(({ path, code, message }) => {
    const field = formField(path.join("."), form);
    // A key that is none is about the row's name, not about its amount.
    if (path[0] !== "limits" || code !== "invalid_key") return { field, issue: issueWords(message) };
    return { field: field.replace(/amount$/, "name"), issue: LIMIT_NAME };
  });
  return [...own, ...found.filter(({ field }) => !own.some((each) => each.field === field))];
}

const LIMIT_NAME = "Small letters, digits and _, as in tasks_per_hour";

/** What the server cannot see of limits, because it gets them by name: rows without one, and two of the same. Pure. */
function limitIssues({ limits }: AgentForm): FieldIssue[] {
  const names = limits.map(({ name }) => name.trim());
  return names.flatMap((name, row) => {
    const field = `limits.${row}.name`;
    if (name === "") return [{ field, issue: "This is needed" }];
    return names.indexOf(name) < row ? [{ field, issue: "This limit is named above already" }] : [];
  });
}

/** Issues as the form keeps them: the first of each field. */
function errorsOf(issues: readonly FieldIssue[]): FieldErrors<AgentForm> {
  const errors: FieldErrors<AgentForm> = {};
  for (const { field, issue } of [...issues].reverse()) {
    const isList = /^(memory_blocks|limits)$/.test(field);
    set(errors, isList ? `${field}.root` : field, { type: "rule", message: issue });
  }
  return errors;
}

/** Checks the steps that are named by the form's context, each alone. */
export const stepResolver: Resolver<AgentForm, { steps: readonly Step[] }> = (values, context) => {
  const issues = (context?.steps ?? STEP_NUMBERS).flatMap((step) => stepIssues(step, values));
  return issues.length === 0 ? { values, errors: {} } : { values: {}, errors: errorsOf(issues) };
};
