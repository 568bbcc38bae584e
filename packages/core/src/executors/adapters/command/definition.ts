import type { ZodError } from "zod";
import { canonicalJson } from "../../../kernel/canonical-json.ts";
import { isCoded } from "../../../kernel/errors.ts";
import { sha256 } from "../../../kernel/ids.ts";
import type { ResourceRef } from "../../../resources/schema.ts";
import { canonicalKey } from "../../../resources/service.ts";
import type { Issue } from "../../port.ts";
import { referenceIssues, referencesOf, spell } from "../../secret-reference.ts";
import { compileParameters, resourceTexts, unfilledArguments } from "./arguments.ts";
import { fill, placeholdersIn, STASH, type Values } from "./placeholders.ts";
import { type CommandDefinition, commandDefinition } from "./schema.ts";
import { scriptPlaces } from "./scripts-in-vectors.ts";

/** Raised when the same definition comes to mean something else. */
const VERSION = 1;
const ARGUMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SCALARS = ["string", "number", "integer", "boolean"];

export type Checked = { definition: CommandDefinition } | { issues: Issue[] };

/** A definition with all its defaults, or everything that is wrong with it, by field (pure). */
export function checkDefinition(input: unknown): Checked {
  const parsed = commandDefinition.safeParse(input);
  if (!parsed.success) return { issues: shapeIssues(parsed.error) };
  const definition = { ...parsed.data, parameters: closed(parsed.data.parameters) };
  const issues = [
    ...schemaProblems(definition),
    ...vectorIssues(definition),
    ...resourceIssues(definition),
    ...referenceProblems(definition),
  ];
  return issues.length > 0 ? { issues } : { definition };
}

function shapeIssues(error: ZodError): Issue[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          field: [...issue.path, key].join("."),
          issue: "is not a field of a command",
        }))
      : [{ field: issue.path.join(".") || "definition", issue: issue.message }],
  );
}

/** What says nothing about further properties means none. */
function closed(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type: "object", properties: {}, additionalProperties: false, ...schema };
}

function schemaProblems({ parameters }: CommandDefinition): Issue[] {
  if (JSON.stringify(parameters).includes("\\u0000"))
    return [{ field: "parameters", issue: "must not hold NUL characters" }];
  if (parameters.type !== "object") return [{ field: "parameters.type", issue: "must be object" }];
  if (parameters.additionalProperties !== false)
    return [{ field: "parameters.additionalProperties", issue: "must be false: arguments are declared" }];
  try {
    compileParameters(parameters);
  } catch (error) {
    return [{ field: "parameters", issue: `is no JSON Schema: ${(error as Error).message}` }];
  }
  return Object.entries(
    parameters.properties as Record<string, { type?: unknown; enum?: unknown[] }>,
  ).flatMap(([name, schema]) => argumentProblems(`parameters.properties.${name}`, name, schema));
}

function argumentProblems(
  field: string,
  name: string,
  schema: { type?: unknown; enum?: unknown[] },
): Issue[] {
  if (!ARGUMENT_NAME.test(name)) return [{ field, issue: "must be named with letters, digits and _" }];
  if (name === STASH) return [{ field, issue: "has the name of the attempt's own folder" }];
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const isScalar = types.every((type) => SCALARS.includes(String(type)));
  if (isScalar || schema.enum?.every((one) => SCALARS.includes(typeof one))) return [];
  return [{ field, issue: `must have one of the types ${SCALARS.join(", ")}: it becomes one element` }];
}

function vectorIssues(definition: CommandDefinition): Issue[] {
  const properties = definition.parameters.properties as Record<string, unknown>;
  const issues: Issue[] = [];
  for (const field of ["plan", "apply", "rollback"] as const) {
    const vector = definition[field] ?? [];
    const scripts = scriptPlaces(vector);
    vector.forEach((element, place) => {
      const names = placeholdersIn(element);
      if (place === 0 && (names.length > 0 || element.trim() === ""))
        issues.push({ field: `${field}.0`, issue: "names the program and must hold no placeholder" });
      if (scripts.includes(place))
        issues.push({
          field: `${field}.${place}`,
          issue: "is a script: give it what varies as arguments ($1)",
        });
      for (const name of names) {
        if (name !== STASH && !Object.hasOwn(properties, name))
          issues.push({ field: `${field}.${place}`, issue: `{${name}} is not declared in parameters` });
      }
    });
  }
  for (const name of new Set(resourceTexts(definition).flatMap(placeholdersIn))) {
    if (!Object.hasOwn(properties, name))
      issues.push({ field: "resources", issue: `{${name}} is not declared in parameters` });
  }
  for (const name of unfilledArguments(definition)) {
    issues.push({
      field: `parameters.properties.${name}`,
      issue: "stands in a vector and must be required or have a default",
    });
  }
  return issues;
}

function resourceIssues({ resources = [] }: CommandDefinition): Issue[] {
  return resources.flatMap((resource, place) => {
    if ([resource.id, resource.namespace ?? ""].some((text) => placeholdersIn(text).length > 0)) return [];
    return nameIssues(resource, `resources.${place}`);
  });
}

/** Secrets belong into the environment, and there they must be spelled so that they are found. */
function referenceProblems({ environment, ...rest }: CommandDefinition): Issue[] {
  const elsewhere = referencesOf({ secrets: [], parameters: rest });
  return [
    ...elsewhere.map((reference) => ({
      field: "environment",
      issue: `is the only place for ${spell(reference)}: anybody on the worker can see a program's arguments`,
    })),
    ...referenceIssues({ parameters: environment }).map(({ field, issue }) => ({
      field: field.replace("config.parameters", "environment"),
      issue,
    })),
  ];
}

function nameIssues(resource: ResourceRef, field: string): Issue[] {
  try {
    canonicalKey(resource);
    return [];
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [{ field, issue: (error.details as Issue[])[0]?.issue ?? error.message }];
  }
}

/** SHA-256 of all that decides what is run; title and description are for people. */
export function digestOf(definition: CommandDefinition | null): string {
  if (!definition) return sha256(`command/${VERSION}/none`);
  const { title: _t, description: _d, ...rest } = definition;
  return sha256(canonicalJson({ executor: "command", version: VERSION, definition: rest }));
}

/** What the command really touches: what it declares, else itself, so that it never runs twice at once. */
export function touchedBy(definition: CommandDefinition, values: Values): ResourceRef[] {
  const own = {
    type: "infrastructure" as const,
    id: `command/${definition.name}`,
    scope: "namespace" as const,
  };
  const declared = definition.resources ?? [{ ...own, namespace: "default", actions: ["execute" as const] }];
  return declared.map((resource) => ({
    ...resource,
    id: fill(resource.id, values),
    ...(resource.name === undefined ? {} : { name: fill(resource.name, values) }),
    ...(resource.namespace === undefined ? {} : { namespace: fill(resource.namespace, values) }),
  }));
}

/** Resources that the arguments would give no canonical name. */
export function touchedIssues(definition: CommandDefinition, values: Values): Issue[] {
  return touchedBy(definition, values).flatMap((resource) =>
    nameIssues(resource, "config.parameters.arguments"),
  );
}
