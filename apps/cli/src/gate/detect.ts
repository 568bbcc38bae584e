import { claude, codex } from "./claude.ts";
import { copilot } from "./copilot.ts";
import { cursor } from "./cursor.ts";
import type { HookFormat } from "./formats.ts";
import { gemini } from "./gemini.ts";
import { generic } from "./generic.ts";

/** The forms that are known, each told from the others by its input alone. */
export const FORMATS: readonly HookFormat[] = [claude, codex, cursor, gemini, copilot, generic];

/** The form by its name, or by what the input looks like; null where nobody knows it. Pure. */
export function formatOf(input: Record<string, unknown>, name: string): HookFormat | null {
  return (
    FORMATS.find((format) => (name === "auto" ? format.recognises(input) : format.name === name)) ?? null
  );
}
