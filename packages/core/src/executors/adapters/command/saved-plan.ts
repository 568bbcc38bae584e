import { z } from "zod";
import { ExecutorFailure } from "../../errors.ts";
import type { Json } from "../../port.ts";
import { packedFile } from "./attempt-folder.ts";
import { commandDefinition } from "./schema.ts";

/** What a plan command said. */
export const planned = z.strictObject({
  exit_code: z.int(),
  /** Bounded, cleaned, masked, the folder written as `{stash}`. */
  text: z.string(),
  truncated: z.boolean(),
  /** Over all lines that are compared, however long. */
  sha256: z.string(),
});
export type Planned = z.infer<typeof planned>;

/** The definition as it was when planned is kept beside the plan: what is applied belongs together. */
export const savedPlan = z.strictObject({
  definition: commandDefinition,
  arguments: z.record(z.string(), z.unknown()),
  planned,
  files: z.array(packedFile),
});
export type SavedPlan = z.infer<typeof savedPlan>;

/** Throws ExecutorFailure for what no version of this executor has saved. */
export function readSavedPlan(stash: Json | undefined): SavedPlan {
  const parsed = savedPlan.safeParse(stash);
  if (parsed.success) return parsed.data;
  throw new ExecutorFailure("The saved plan was written by another version of this executor; plan it again.");
}
