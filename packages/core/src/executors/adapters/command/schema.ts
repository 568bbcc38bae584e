import { z } from "zod";
import { RESOURCE_ACTIONS, resourceRef, resourceType } from "../../../resources/schema.ts";

export const COMMAND_TYPES = ["command.*", "terraform.*", "kubectl.*"] as const;

const MAX_ELEMENT = 8_000;
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, "must not hold NUL characters");
const vector = z.array(text(MAX_ELEMENT)).min(1).max(200);

/** What a command touches. `{argument}` may stand in its names. */
export const commandResource = z.strictObject({
  type: resourceType,
  id: text(200).min(1),
  name: text(200).optional(),
  scope: z.enum(["global", "namespace", "cluster", "instance"]).default("namespace"),
  namespace: text(100).min(1).optional(),
  actions: z.array(z.enum(RESOURCE_ACTIONS)).min(1).max(4).default(["execute"]),
});

export const commandName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be letters, digits, dots, - and _, at most 100");

/**
 * A command as an admin defines it (apply.md, "Parameters"). Argument vectors are run as they are, without a shell;
 * `{argument}` stands for one declared argument, `{stash}` for the attempt's private folder.
 */
export const commandDefinition = z.strictObject({
  name: commandName,
  title: text(200).optional(),
  description: text(2_000).optional(),
  /** Task types that may choose it; all of this executor's where absent. Policies look at types. */
  types: z
    .array(
      z
        .string()
        .regex(
          /^(command|terraform|kubectl)\.(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*)$/,
          "must be a type such as terraform.apply, or command.*",
        ),
    )
    .min(1)
    .max(20)
    .optional(),
  directory: text(4_000).min(1),
  plan: vector,
  apply: vector,
  rollback: vector.optional(),
  /** JSON Schema of the arguments, closed. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  resources: z.array(commandResource).min(1).max(50).optional(),
  /** What the programs get beside PATH and HOME; values may hold `secret://name`. */
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name of letters, digits and _"),
      text(MAX_ELEMENT),
    )
    .default({}),
  /** Exit codes of a plan that went well. With others beside 0, 0 says that nothing is left to do. */
  plan_exit_codes: z.array(z.int().min(0).max(255)).min(1).max(10).default([0]),
  /** Globs over whole lines of the plan's output that mean nothing: `*` is any run of characters, `?` one. */
  volatile: z.array(text(300).min(1)).max(100).default([]),
  /** May an attempt that ended in the middle be followed by another? */
  retry: z.enum(["safe", "never"]).default("never"),
});
export type CommandDefinition = z.infer<typeof commandDefinition>;
export type CommandInput = z.input<typeof commandDefinition>;

/** What authors need to know of a command, to choose it and to fill in its arguments. */
export const commandOffer = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  types: z.array(z.string()),
  parameters: z.record(z.string(), z.unknown()),
  has_rollback: z.boolean(),
  /** What it touches whatever its arguments are: what a task that chooses it declares to begin with. */
  resources: z.array(resourceRef),
});
export type CommandOffer = z.infer<typeof commandOffer>;

export const commandOffers = z.strictObject({ commands: z.array(commandOffer) });

/** Replaces a definition whole; `name` says which. */
export const commandChange = commandDefinition.extend({ expected_version: z.int().min(1).optional() });
export type CommandChange = z.infer<typeof commandChange>;

export const byCommandName = z.strictObject({ name: commandName });

export const commandEntry = z.strictObject({
  definition: commandDefinition,
  /** Those of the file are changed there. */
  source: z.enum(["file", "page"]),
  /** True where the file defines this name too: the file's holds. */
  is_hidden: z.boolean(),
  /** null for those of the file. */
  version: z.int().nullable(),
  updated_at: z.string().nullable(),
});
export type CommandEntry = z.infer<typeof commandEntry>;

export const commandList = z.strictObject({
  commands: z.array(commandEntry),
  /** The file of ADE_COMMANDS, as this process sees it; `problem` where it can't be understood any more. */
  file: z.strictObject({ path: z.string(), problem: z.string().nullable() }).nullable(),
  /** Definitions that ship, to start from; their `directory` is for whoever adds them to say. */
  shipped: z.array(commandDefinition.extend({ directory: z.string() })),
});
export type CommandList = z.infer<typeof commandList>;

export const commandVersion = z.strictObject({
  version: z.int(),
  definition: commandDefinition,
  created_by_name: z.string(),
  created_at: z.string(),
});
export type CommandVersion = z.infer<typeof commandVersion>;
