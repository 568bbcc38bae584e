import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { executorErrors, invalidConfig } from "./errors.ts";
import type { Executor, Issue } from "./port.ts";
import type { ExecutorInfo, TaskConfig } from "./schema.ts";
import { schemaIssues } from "./schema-issues.ts";
import { referenceIssues } from "./secret-reference.ts";

const TYPE_PATTERN = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$/;
const PARAMETERS_FIELD = "config.parameters";

export type Registry = {
  /** The executor for a type; UNKNOWN_TASK_TYPE (400) with the known types where there is none. */
  find(type: string): Executor;
  list(): ExecutorInfo[];
  /** Throws UNKNOWN_TASK_TYPE, or VALIDATION_ERROR (400) with `[{field, issue}]`. */
  validate(config: TaskConfig): Promise<void>;
};

type Entry = { pattern: string; prefix: string | null; executor: Executor; check: ValidateFunction };

/** Text that PostgreSQL's jsonb can't hold: NUL, and half of a surrogate pair. */
function findUnstorable(value: unknown, field: string): Issue[] {
  if (typeof value === "string") {
    if (value.includes("\0")) return [{ field, issue: "must not hold NUL characters" }];
    return value.isWellFormed()
      ? []
      : [{ field, issue: "must be well-formed text, without half surrogate pairs" }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...findUnstorable(key, field),
    ...findUnstorable(member, `${field}.${key}`),
  ]);
}

/**
 * Maps type patterns to executors; an exact name goes before a pattern, a longer pattern before a shorter one.
 * Throws TypeError where two executors claim one pattern, or a schema leaves parameters open.
 */
export function createRegistry(executors: readonly Executor[]): Registry {
  // Own properties only: a parameter named like a member of Object.prototype is a parameter as any other.
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, ownProperties: true });
  const entries: Entry[] = [];
  for (const executor of executors) {
    if (executor.parameters.additionalProperties !== false) {
      throw new TypeError(
        `The parameters of ${executor.types[0]} must be closed by additionalProperties: false`,
      );
    }
    const check = ajv.compile(executor.parameters);
    for (const pattern of executor.types) {
      if (!TYPE_PATTERN.test(pattern)) throw new TypeError(`${pattern} is no pattern of a task type`);
      if (entries.some((entry) => entry.pattern === pattern)) {
        throw new TypeError(`Two executors are registered for ${pattern}`);
      }
      entries.push({
        pattern,
        prefix: pattern.endsWith(".*") ? pattern.slice(0, -1) : null,
        executor,
        check,
      });
    }
  }
  const mostExactFirst = entries.toSorted(
    (a, b) => Number(a.prefix !== null) - Number(b.prefix !== null) || b.pattern.length - a.pattern.length,
  );

  function entryOf(type: string): Entry {
    const entry = mostExactFirst.find(({ pattern, prefix }) =>
      prefix === null ? type === pattern : type.length > prefix.length && type.startsWith(prefix),
    );
    if (entry) return entry;
    const known_types = entries.map(({ pattern }) => pattern).sort();
    const known = known_types.length ? `known types: ${known_types.join(", ")}` : "no executor is set up";
    throw executorErrors.UNKNOWN_TASK_TYPE({
      message: `Nobody here handles tasks of type "${type}"; ${known}.`,
      details: [{ field: "config.type", issue: `is not handled by any executor; ${known}`, known_types }],
    });
  }

  return {
    find: (type) => entryOf(type).executor,
    list: () =>
      entries
        .toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1))
        .map(({ pattern, executor }) => ({
          type: pattern,
          title: executor.title,
          description: executor.description,
          parameters: { ...executor.parameters },
          example: { ...executor.example },
          retry: executor.retry,
          cheap_plan: executor.cheap_plan,
        })),
    async validate(config) {
      const { executor, check } = entryOf(config.type);
      if (!check(config.parameters)) {
        throw invalidConfig(schemaIssues(check.errors, PARAMETERS_FIELD));
      }
      const references = referenceIssues(config);
      if (references.length > 0) throw invalidConfig(references);
      const unstorable = findUnstorable(config, "config");
      if (unstorable.length > 0) throw invalidConfig(unstorable);
      await executor.refresh?.();
      const issues = (await executor.check?.(config)) ?? [];
      if (issues.length > 0) throw invalidConfig(issues);
    },
  };
}
