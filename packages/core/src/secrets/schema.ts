import { z } from "zod";

/** Shorter values stand in ordinary text as well and could not be masked there. */
export const MIN_VALUE_LENGTH = 6;
const MAX_VALUE_LENGTH = 16_384;

/** Case, `-` and `_` make no difference, so that an environment's variable and a reference mean one thing. */
export function canonicalSecretName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

export const secretName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
    "must begin with a letter and hold only letters, digits, - and _, at most 63",
  )
  .overwrite(canonicalSecretName);

/** Sealed as it is, line ends included; never read back. */
const secretValue = z
  .string()
  .min(MIN_VALUE_LENGTH, `must have at least ${MIN_VALUE_LENGTH} characters, or it could not be masked`)
  .max(MAX_VALUE_LENGTH)
  .refine((value) => value.isWellFormed() && !value.includes("\0"), "must be well-formed text without NUL");

const patterns = z.array(z.string().trim().min(1).max(300)).max(50);
const description = z
  .string()
  .trim()
  .max(500)
  .regex(/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]*$/u, "must not contain control or direction characters");

export const secretInput = z.strictObject({
  name: secretName,
  /** Without one the value comes from the workers' environment: `ADE_SECRET_<NAME>`. */
  value: secretValue.optional(),
  description: description.default(""),
  /** Types of tasks that may use it (`service.*`); none named: all. */
  task_types: patterns.default([]),
  /** Every resource that such a task touches has to fit one of these; none named: all do. */
  resource_patterns: patterns.default([]),
});
export type SecretInput = z.infer<typeof secretInput>;

/** What is absent stays. */
export const secretPatch = z.strictObject({
  description: description.optional(),
  task_types: patterns.optional(),
  resource_patterns: patterns.optional(),
  expected_version: z.int().min(1).optional(),
});
export type SecretPatch = z.infer<typeof secretPatch>;

export const newVersionInput = z.strictObject({ value: secretValue });

const secretVersionEntry = z.strictObject({
  number: z.int(),
  created_by_name: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  /** False where it was sealed under another ADE_SECRET than the one of now. */
  readable: z.boolean(),
});

/** A secret without its values, which nothing ever answers. */
export const secretEntry = z.strictObject({
  name: z.string(),
  /** Of this entry, for `expected_version`; null where nobody has entered it and an environment alone has it. */
  version: z.int().nullable(),
  description: z.string(),
  task_types: z.array(z.string()),
  resource_patterns: z.array(z.string()),
  /** The newest first. Where there is none, the environment's value is used. */
  versions: z.array(secretVersionEntry),
  /** Whether a worker has a value in its environment. */
  in_environment: z.boolean(),
  created_by_name: z.string().nullable(),
  created_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
});
export type SecretEntry = z.infer<typeof secretEntry>;
export const secretList = z.strictObject({ secrets: z.array(secretEntry) });

export const bySecretName = z.strictObject({ name: secretName });
export const bySecretVersion = z.strictObject({ name: secretName, number: z.int().min(1).max(999_999_999) });

/** Tasks that have not ended and name the secret, the last changed first; at most 200. */
export const secretUses = z.strictObject({
  tasks: z.array(
    z.strictObject({
      id: z.uuid(),
      type: z.string(),
      description: z.string(),
      state: z.string(),
      /** As it is written there. */
      references: z.array(z.string()),
    }),
  ),
});
export type SecretUses = z.infer<typeof secretUses>;
