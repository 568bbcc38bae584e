import { MAX_LIMIT } from "../schema.ts";
import { AGENT_SETTINGS_TYPE } from "./schema.ts";

const patterns = (title: string, description: string) => ({
  type: ["array", "null"],
  title,
  description,
  maxItems: 100,
  items: { type: "string", minLength: 1, maxLength: 300 },
});

/** JSON Schema of the parameters, for forms; schema.ts says the same to programs, and the executor asks that one too. */
export function settingsParametersSchema(): Record<string, unknown> {
  return {
    type: "object",
    additionalProperties: false,
    required: ["agent_id", "version", "set"],
    properties: {
      agent_id: {
        type: "string",
        title: "Agent",
        description: "Id of the agent",
        minLength: 36,
        maxLength: 36,
      },
      version: {
        type: "integer",
        title: "Version",
        description: "The agent's version that the change was made from",
        minimum: 1,
      },
      set: {
        type: "object",
        title: "Permissions",
        description: "What changes; what is absent stays",
        additionalProperties: false,
        minProperties: 1,
        properties: {
          tools: {
            type: "array",
            title: "Tools",
            description: "All tools that are decided about; others ask",
            maxItems: 500,
            items: {
              type: "object",
              additionalProperties: false,
              required: ["name", "permission"],
              properties: {
                name: { type: "string", title: "Name", minLength: 1, maxLength: 200 },
                permission: { type: "string", title: "Permission", enum: ["allow", "ask", "deny"] },
              },
            },
          },
          scopes: patterns("Resources", "Patterns of resources; null is every one, an empty list none"),
          task_types: patterns("Task types", "Patterns of task types; null is every one, an empty list none"),
          capacity: {
            type: "object",
            title: "Capacity",
            additionalProperties: false,
            required: ["max_tasks"],
            properties: {
              max_tasks: { type: "integer", title: "Tasks at once", minimum: 1, maximum: 10_000 },
            },
          },
          limits: {
            type: "object",
            title: "Limits",
            description: "Budgets and rates by name, such as tasks_per_hour",
            additionalProperties: { type: "number", minimum: 0, maximum: MAX_LIMIT },
          },
        },
      },
    },
  };
}

export function settingsExample(): Record<string, unknown> {
  const agent_id = "00000000-0000-7000-8000-000000000000";
  return {
    type: AGENT_SETTINGS_TYPE,
    description: "Let the agent run tests on its own",
    resources: [{ type: "agent", id: agent_id, actions: ["write"] }],
    parameters: { agent_id, version: 1, set: { tools: [{ name: "run_tests", permission: "allow" }] } },
  };
}
