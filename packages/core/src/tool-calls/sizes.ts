import { MAX_PATHS, pathsOfCall } from "./places.ts";
import type { ToolCallParameters } from "./schema.ts";

type Issue = { field: string; issue: string };

/** The SDK sends 200,000; masks are longer than some of what they hide. */
const MAX_ARGUMENT_CHARACTERS = 256 * 1024;
const MAX_ARGUMENT_DEPTH = 64;

/**
 * What of a call is more than is looked at, before anything reads through it: nothing of it is left out instead, or
 * what a call does could hide behind how much it says. Pure.
 */
export function excessOf(call: ToolCallParameters): Issue[] {
  const named = { "config.parameters.arguments": call.arguments, ...beforeOf(call) };
  const issues = Object.entries(named).flatMap(([field, value]) => {
    const issue = tooMuch(value);
    return issue ? [{ field, issue }] : [];
  });
  const files = pathsOfCall(call).length;
  if (files <= MAX_PATHS) return issues;
  const issue = `name ${files} files, and ${MAX_PATHS} are the most that one call may touch: ask for them in several calls`;
  return [...issues, { field: "config.parameters", issue }];
}

const beforeOf = ({ changed }: ToolCallParameters) =>
  changed && { "config.parameters.changed.before": changed.before };

/** Without recursion, and no further than the bound: the value may be anything that a request can hold. */
function tooMuch(value: unknown): string | null {
  let room = MAX_ARGUMENT_CHARACTERS;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_ARGUMENT_DEPTH) return `must not be nested deeper than ${MAX_ARGUMENT_DEPTH} levels`;
    const next: unknown[] = [];
    for (const each of level) {
      room -= 1;
      if (typeof each === "string") room -= each.length;
      else if (Array.isArray(each)) for (const member of each) next.push(member);
      else if (typeof each === "object" && each !== null) {
        for (const [key, member] of Object.entries(each)) {
          room -= key.length;
          next.push(member);
        }
      }
      if (room < 0)
        return `must not hold more than ${MAX_ARGUMENT_CHARACTERS} characters: send long text as diffs, or shortened with a note`;
    }
    level = next;
  }
  return null;
}
