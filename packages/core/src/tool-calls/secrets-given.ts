import { canonicalJson } from "../kernel/canonical-json.ts";
import { redactValue } from "./redact.ts";
import { UNREFERENCED } from "./secret-text.ts";

/**
 * Where in a reviewer's arguments stands what looks like a secret, and was not shown to them so. It would be masked like
 * an agent's own, and then nobody could tell one from the other: the agent's would run where the reviewer meant theirs.
 * Pure.
 *
 * @returns the fields, `arguments.env.TOKEN`
 */
export function secretsGiven(shown: Record<string, unknown>, given: Record<string, unknown>): string[] {
  return lostIn("arguments", shown, given, redactValue(given));
}

function lostIn(field: string, shown: unknown, given: unknown, kept: unknown): string[] {
  if (shown !== undefined && canonicalJson(shown) === canonicalJson(given)) return [];
  if (typeof given === "string") return referenced(given) === referenced(String(kept)) ? [] : [field];
  if (typeof given !== "object" || given === null) return [];
  const members = Object.entries(given);
  const keptMembers = Object.entries(kept as object);
  // Two names that are masked alike are one.
  if (members.length !== keptMembers.length) return [field];
  return members.flatMap(([name, member], index) => {
    const [keptName, keptMember] = keptMembers[index]!;
    const place = `${field}.${name}`;
    const own =
      isRecord(shown) || Array.isArray(shown) ? (shown as Record<string, unknown>)[name] : undefined;
    return name === keptName ? lostIn(place, own, member, keptMember) : [field];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A reference is text to us, whoever wrote it. */
const referenced = (text: string): string => text.replaceAll(UNREFERENCED, "secret://");
