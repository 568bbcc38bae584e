import { lockTools } from "./lock-tools.ts";
import { taskTools } from "./task-tools.ts";
import type { Tool } from "./tool.ts";
import { waitForDecision } from "./wait-for-decision.ts";

/** Every tool that is offered. None of them approves anything, and none will. */
export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  [...taskTools, waitForDecision, ...lockTools].map((tool) => [tool.name, tool]),
);
