import type { ResourceRef } from "../../../resources/schema.ts";
import { compileNameGlob } from "../../../resources/service.ts";
import { touchedBy } from "./definition.ts";
import { COMMAND_TYPES, type CommandDefinition, type CommandOffer } from "./schema.ts";

/** May a task of this type choose the command? */
export function mayChoose({ types }: CommandDefinition, type: string): boolean {
  return types === undefined || types.some((pattern) => compileNameGlob(pattern)(type));
}

/** What authors see of a command: nothing of how it runs, nothing of its environment. */
export function offerOf(definition: CommandDefinition): CommandOffer {
  return {
    name: definition.name,
    title: definition.title ?? definition.name,
    description: definition.description ?? "",
    types: [...(definition.types ?? COMMAND_TYPES)],
    parameters: definition.parameters,
    has_rollback: definition.rollback !== undefined,
    resources: fixedResources(definition),
  };
}

/** Those that no argument has a part in. */
function fixedResources(definition: CommandDefinition): ResourceRef[] {
  return touchedBy(definition, {}).filter(
    ({ id, namespace = "", name = "" }) => !/[{}]/.test(id + namespace + name),
  );
}

/** A configuration to start the form with; arguments are the schema's own examples and defaults. */
export function commandExample(definition: CommandDefinition | undefined): Record<string, unknown> {
  const [type = "command.run"] = definition?.types ?? [];
  return {
    type: type.replace("*", "run"),
    description: definition ? `Run ${definition.title ?? definition.name}` : "Run a command",
    resources: definition ? fixedResources(definition) : [],
    parameters: {
      command: definition?.name ?? "",
      arguments: definition ? exampleArguments(definition) : {},
    },
  };
}

type ArgumentSchema = {
  examples?: unknown[];
  default?: unknown;
  enum?: unknown[];
  type?: unknown;
  minimum?: number;
};

function exampleArguments({ parameters }: CommandDefinition): Record<string, unknown> {
  const properties = parameters.properties as Record<string, ArgumentSchema>;
  return Object.fromEntries(
    Object.entries(properties).map(([name, { examples, default: usual, enum: allowed, type, minimum }]) => [
      name,
      examples?.[0] ??
        usual ??
        allowed?.[0] ??
        (type === "string" ? name : type === "boolean" ? false : (minimum ?? 0)),
    ]),
  );
}
