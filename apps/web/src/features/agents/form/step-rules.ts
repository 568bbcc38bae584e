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
  const checked = rules.safeParse(asked);
  if (checked.success) return [];
  return checked.error.issues.map(({ path, message }) => ({
    field: formField(path.join("."), form),
    issue: issueWords(message),
  }));
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
