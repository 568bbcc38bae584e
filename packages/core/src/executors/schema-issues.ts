import type { ErrorObject } from "ajv/dist/2020.js";
import type { Issue } from "./port.ts";

/** What a JSON Schema found wrong, in words, with the fields below `prefix` (`config.parameters`). */
export function schemaIssues(errors: readonly ErrorObject[] | null | undefined, prefix: string): Issue[] {
  return (errors ?? []).map((error) => ({ field: fieldOf(error, prefix), issue: sentenceOf(error) }));
}

function fieldOf(error: ErrorObject, prefix: string): string {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>;
  const member = missingProperty ?? additionalProperty;
  return [prefix, ...path, ...(member === undefined ? [] : [member])].join(".");
}

function sentenceOf(error: ErrorObject): string {
  if (error.keyword === "required") return "is required";
  if (error.keyword === "additionalProperties") return "is not a parameter of this type";
  if (error.keyword === "enum") {
    const allowed = (error.params as { allowedValues: unknown[] }).allowedValues;
    return `must be one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  return error.message ?? "is not valid";
}
