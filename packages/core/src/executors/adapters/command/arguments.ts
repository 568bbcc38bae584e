import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { canonicalJson } from "../../../kernel/canonical-json.ts";
import type { Issue } from "../../port.ts";
import { schemaIssues } from "../../schema-issues.ts";
import { referencesOf } from "../../secret-reference.ts";
import { guardedPattern } from "./guarded-pattern.ts";
import { mistakenForOptions, placeholdersIn, type Values } from "./placeholders.ts";
import type { CommandDefinition } from "./schema.ts";

const FIELD = "config.parameters.arguments";
/** Linux takes at most 128 KiB in one element. */
const MAX_VALUE_BYTES = 100_000;
const CONTROL = /(?![\n\t])\p{Cc}/u;

type Schema = {
  properties?: Record<string, { default?: unknown }>;
  required?: string[];
};
export type Arguments = Readonly<Record<string, unknown>>;

// One for all: it compiles the schema of schemas, which takes longer than anything else here.
const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  ownProperties: true,
  code: { regExp: guardedPattern as typeof guardedPattern & { code: string } },
});

/** Throws what Ajv throws for a schema that is none. */
export function compileParameters(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  try {
    return ajv.compile(schema);
  } finally {
    // Kept by whoever asked, not by Ajv for ever.
    ajv.removeSchema(schema);
  }
}

const compiled = new WeakMap<CommandDefinition, ValidateFunction>();

/** The definition's vectors as they are run. */
export const vectorsOf = ({ plan, apply, rollback }: CommandDefinition): (readonly string[])[] => [
  plan,
  apply,
  ...(rollback ? [rollback] : []),
];

/** Every argument as text, with the defaults of those that are not given. */
export function valuesOf(definition: CommandDefinition, given: Arguments): Values {
  const { properties = {} } = definition.parameters as Schema;
  const values = Object.entries(properties).map(([name, schema]): [string, unknown] => [
    name,
    Object.hasOwn(given, name) ? given[name] : schema.default,
  ]);
  return Object.fromEntries(
    values.filter(([, value]) => value !== undefined).map(([name, value]) => [name, textOf(value)]),
  );
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : canonicalJson(value));

/** What is wrong with a task's arguments: by the schema, and as elements of what will be run. */
export function argumentIssues(definition: CommandDefinition, given: Arguments): Issue[] {
  // Before any pattern sees it.
  const issues = Object.entries(given).flatMap(([name, value]) => valueIssues(`${FIELD}.${name}`, value));
  if (issues.length > 0) return issues;
  const check = compiled.get(definition) ?? compileParameters(definition.parameters);
  compiled.set(definition, check);
  if (!check(given)) return schemaIssues(check.errors, FIELD);
  const values = valuesOf(definition, given);
  const mistaken = new Set(vectorsOf(definition).flatMap((vector) => mistakenForOptions(vector, values)));
  return [...mistaken].map((name) => ({
    field: `${FIELD}.${name}`,
    issue: "must not begin with a dash: the program would take it for an option",
  }));
}

function valueIssues(field: string, value: unknown): Issue[] {
  if (typeof value !== "string") return [];
  if (Buffer.byteLength(value) > MAX_VALUE_BYTES)
    return [{ field, issue: `must not be longer than ${MAX_VALUE_BYTES} bytes` }];
  if (referencesOf({ secrets: [value], parameters: {} }).length > 0)
    return [{ field, issue: "must not be a secret: anybody on the worker can see a program's arguments" }];
  return CONTROL.test(value) ? [{ field, issue: "must not hold control characters" }] : [];
}

/** Arguments that stand in a vector and may be left out without a default. */
export function unfilledArguments(definition: CommandDefinition): string[] {
  const { properties = {}, required = [] } = definition.parameters as Schema;
  const used = new Set(
    [...vectorsOf(definition).flat(), ...resourceTexts(definition)].flatMap(placeholdersIn),
  );
  return [...used].filter(
    (name) => properties[name] && !required.includes(name) && properties[name].default === undefined,
  );
}

export const resourceTexts = ({ resources = [] }: CommandDefinition): string[] =>
  resources.flatMap(({ id, name, namespace }) => [id, name ?? "", namespace ?? ""]);
