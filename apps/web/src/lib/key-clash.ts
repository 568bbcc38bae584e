import { isUsable, KEY_IDS, KEYS, type KeyChoice, type KeyGroup, type KeyId, keysOf } from "./keys.ts";

/** Groups whose commands work on every page, so that their keys are taken everywhere. */
const EVERYWHERE: ReadonlySet<KeyGroup> = new Set(["Anywhere", "Go to"]);

/**
 * Which other command a key would get in the way of, or null. Two commands clash where both can be meant: in one group,
 * or where one of them works everywhere; a key also clashes with a sequence that begins with it.
 */
export function clashOf(id: KeyId, keys: string, choice: KeyChoice): KeyId | null {
  const { group } = KEYS[id];
  const meets = (other: KeyId) =>
    KEYS[other].group === group || EVERYWHERE.has(group) || EVERYWHERE.has(KEYS[other].group);
  const isTaken = (taken: string) =>
    taken === keys || taken.startsWith(`${keys} `) || keys.startsWith(`${taken} `);
  return KEY_IDS.find((other) => other !== id && meets(other) && keysOf(other, choice).some(isTaken)) ?? null;
}

/** Why a command cannot have a key, in words, or null. */
export function keyRefusal(id: KeyId, keys: string, choice: KeyChoice): string | null {
  if (!isUsable(id, keys)) return "A form takes other keys as text: choose one with Ctrl or ⌘.";
  const other = clashOf(id, keys, choice);
  return other && `That key is taken by “${KEYS[other].label}”.`;
}
