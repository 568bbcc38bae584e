import { z } from "zod";
import { TOOL_CALL_TYPE } from "../agents/service.ts";
import type { TaskConfig } from "../executors/schema.ts";
import { cleanText, type Executor, ExecutorFailure, invalidConfig } from "../executors/service.ts";
import type { ResourceRef } from "../resources/schema.ts";
import { canonicalKey } from "../resources/service.ts";
import { awaitEnd, type ToolCallDeps } from "./await-end.ts";
import { previewOfCall } from "./preview.ts";
import { redactValue } from "./redact.ts";
import { resourcesOfCall } from "./resources.ts";
import { type ToolCallParameters, toolCallParameters } from "./schema.ts";
import { redactText } from "./secret-text.ts";
import { excessOf } from "./sizes.ts";

const VERSION = 1;
const PERMITTED = "The agent was told that it may.\n";

const parametersOf = (config: TaskConfig): ToolCallParameters => toolCallParameters.parse(config.parameters);

const resourcesOf = (config: TaskConfig): ResourceRef[] =>
  resourcesOfCall(parametersOf(config)).map((resource) => ({ ...resource, actions: [...resource.actions] }));

/** What is wrong with the parameters, by field. */
function issuesOf(config: TaskConfig): { field: string; issue: string }[] {
  const parsed = toolCallParameters.safeParse(config.parameters);
  const issues = parsed.success
    ? excessOf(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({
        field: ["config.parameters", ...path].join("."),
        issue: message,
      }));
  if (config.rollback_strategy === "none") return issues;
  const issue = 'must be "none": what an agent\'s tool did cannot be brought back from here';
  return [...issues, { field: "config.rollback_strategy", issue }];
}

/**
 * Executor of `agent.tool_call`: the effect is the agent's own. Applying means that the agent has been let: from then
 * on its call holds the locks of the files that it changes, until the agent tells how it ended, falls silent, or the
 * time limit is over. Nothing is stashed and nothing can be rolled back here.
 */
export function createToolCallExecutor(deps: ToolCallDeps): Executor {
  return {
    types: [TOOL_CALL_TYPE],
    title: "Tool call of an agent",
    description: "An agent asks whether it may use one of its tools, and says afterwards how that ended.",
    parameters: z.toJSONSchema(toolCallParameters, { io: "input" }) as Record<string, unknown>,
    example: {
      type: TOOL_CALL_TYPE,
      description: "Edit the configuration",
      resources: [{ type: "service", id: "edit_file", namespace: "tools", actions: ["execute"] }],
      parameters: {
        tool: "edit_file",
        kind: "edit",
        title: "Edit config.json",
        arguments: { path: "config.json" },
      },
      rollback_strategy: "none",
    },
    worst_case: 60,
    volatile: [],
    // Another attempt does nothing again: it waits on for the same call's end.
    retry: true,
    cheap_plan: true,

    digest: () => `${TOOL_CALL_TYPE}/${VERSION}`,
    resources: resourcesOf,
    toolUse: (config) => {
      const { tool, kind } = parametersOf(config);
      return { tool, kind };
    },
    /** Files that it changes, and whatever else was declared to be changed; a tool may run beside itself. */
    exclusive(config) {
      const own = resourcesOf(config);
      const derived = new Set(own.map((ref) => canonicalKey(ref)));
      const declared = config.resources.filter((ref) => !derived.has(canonicalKey(ref)));
      const files = own.filter(
        ({ type, actions }) =>
          type === "storage" && (actions.includes("write") || actions.includes("delete")),
      );
      return [...files, ...declared];
    },
    expiresAfter: (config) => parametersOf(config).wait_seconds,
    /** Refuses first what is too much to be read through: masking reads every character of it. */
    redact(config) {
      const found = issuesOf(config);
      if (found.length > 0) throw invalidConfig(found);
      const {
        arguments: given,
        diffs,
        locations,
        title,
        changed,
        ...rest
      } = config.parameters as Record<string, unknown>;
      const parameters = {
        ...rest,
        ...(title !== undefined && { title: redactValue(title) }),
        ...(given !== undefined && { arguments: redactValue(given) }),
        ...(diffs !== undefined && { diffs: redactValue(diffs) }),
        ...(locations !== undefined && { locations: redactValue(locations) }),
        ...(changed !== undefined && { changed: redactValue(changed) }),
      };
      return { ...config, description: redactText(config.description), parameters };
    },
    check: issuesOf,

    async plan(config, { signal }) {
      signal.throwIfAborted();
      return previewOfCall(parametersOf(config));
    },
    stash: async () => null,

    async apply(config, context) {
      context.signal.throwIfAborted();
      if (!parametersOf(config).reports_end) {
        context.report({ percent: 100, message: "The agent may" });
        return { output: PERMITTED };
      }
      context.report({ message: "The agent may; waiting for it to say how the call ended" });
      context.standBy();
      const [task_id, revision] = context.idempotency_key.split(":");
      const end = await awaitEnd(deps, {
        task_id: task_id!,
        revision: Number(revision),
        limit_ms: config.timeout_seconds * 1000,
        signal: context.signal,
      });
      const output = end.output ? cleanText(end.output) : "";
      if (output) context.output(output);
      if (end.outcome === "completed") return { output: output || "The agent says that it is done.\n" };
      const { message = SENTENCES[end.outcome] } = end;
      throw new ExecutorFailure(
        cleanText(message),
        end.outcome === "failed" ? {} : { ended_as: end.outcome },
      );
    },

    // Once claimed the agent has been told, or is about to be: another attempt goes on waiting, whatever was said.
    inspect: async () => "partial",
    rollback: async () => ({ output: "" }),
  };
}

const SENTENCES = {
  failed: "The agent says that it failed.",
  cancelled: "The agent did not run it.",
  timeout: "The agent did not say in time how it ended.",
  unknown: "The agent cannot say how it ended.",
} as const;
