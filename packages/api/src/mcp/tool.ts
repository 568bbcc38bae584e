import type { Actor } from "@ade/core/kernel/actor";
import type { ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { operationsOf } from "../rest.ts";
import { type AppRouter, appRouter } from "../root.ts";
import { createCallerFactory } from "../trpc.ts";

/** The context of a request that came with somebody's key. */
export type KeyContext = Context & { readonly actor: Actor };

const callerOf = createCallerFactory(appRouter as AppRouter);
export type Procedures = ReturnType<typeof callerOf>;

/** What a tool works with: the same procedures that REST calls, as the same caller. */
export type ToolCall = {
  readonly context: KeyContext;
  readonly procedures: Procedures;
  /** Address of a task's page, for people. */
  link(taskId: string): string;
  /** Aborts when nobody waits for the answer any more, or when the server stops. */
  readonly signal: AbortSignal;
  /** Tells a caller who asked for it how far it is, in seconds; a time that did not grow is left out. */
  progress(seconds: number, totalSeconds: number, message: string): Promise<void>;
};

/** The caller's procedures; `signal` ends what they hold open. */
export function proceduresFor(context: Context, signal: AbortSignal): Procedures {
  return callerOf(context, { signal });
}

export type Tool = {
  readonly name: string;
  readonly title: string;
  /** For models: when to use it, and what comes next. */
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** Row of the permission matrix: of the procedure that it stands for. */
  readonly permission: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  run(input: unknown, call: ToolCall): Promise<unknown>;
};

const operations = new Map(operationsOf(appRouter).map((operation) => [operation.path, operation]));

/** A procedure's row of the matrix. */
export function permissionOf(path: string): string {
  const operation = operations.get(path);
  if (!operation) throw new Error(`There is no procedure ${path}`);
  return operation.meta.permission;
}

/**
 * A tool over one procedure, whose right it needs. `input` is that procedure's own schema, or says more; whatever it
 * takes is checked before `run`, and checked again by the procedure.
 */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(tool: {
  name: string;
  title: string;
  description: string;
  annotations: ToolAnnotations;
  procedure: string;
  input: Input;
  output: Output;
  run(input: z.output<Input>, call: ToolCall): Promise<z.input<Output>>;
}): Tool {
  const { procedure, run, ...rest } = tool;
  return {
    ...rest,
    annotations: { title: tool.title, openWorldHint: false, ...tool.annotations },
    permission: permissionOf(procedure),
    run: (input, call) => run(input as z.output<Input>, call),
  };
}
