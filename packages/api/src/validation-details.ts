import type { z } from "zod";

export type ValidationDetail = { field: string; issue: string; value?: unknown };

/** Names whose values are never sent back, wherever they stand in the path. */
const SECRET_NAME = /pass(word|phrase)|secret|token|key|authorization|credential|cookie|^value$/i;
const MAX_DETAILS = 50;
const MAX_ECHOED_LENGTH = 100;

/** Zod's issues as `{field, issue, value?}`; the field is the path in the body, the query or the address. */
export function validationDetails(error: z.core.$ZodError, input: unknown): ValidationDetail[] {
  return error.issues.flatMap((issue) => detailsOf(issue, input)).slice(0, MAX_DETAILS);
}

function detailsOf(issue: z.core.$ZodIssue, input: unknown): ValidationDetail[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ field: [...path, key].join("."), issue: "is not a known field" }));
  }
  const detail = { field: path.join(".") || "(body)", issue: issue.message };
  const value = valueAt(input, path);
  return [isEchoable(path, value) ? { ...detail, value } : detail];
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    input,
  );
}

function isEchoable(path: readonly string[], value: unknown): boolean {
  if (path.length === 0 || path.some((name) => SECRET_NAME.test(name))) return false;
  if (typeof value === "string") return value.length <= MAX_ECHOED_LENGTH;
  return typeof value === "number" || typeof value === "boolean" || value === null;
}
