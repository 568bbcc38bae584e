import type { Change, TaskConfig } from "@ade/core/executors/schema";
import { diffArrays } from "diff";
import { type DiffLine, parseDiff } from "./diff.ts";

/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;
/** The time and room of a comparison grow with the square of this, not of the lists. */
const MOST_EDITS = 2_000;

/** A configuration as lines that a person can compare: texts line by line, everything else as it is written in JSON. */
export function configLines(config: TaskConfig): string[] {
  const { description, resources, parameters, type, ...rest } = config;
  return [
    `type: ${type}`,
    ...textLines("description", description),
    ...resources.map(
      ({ type: kind, namespace, id, actions }) =>
        `resource: ${kind}:${namespace ?? "default"}/${id} ${actions.join(", ")}`,
    ),
    ...Object.entries(parameters).flatMap(([name, value]) => textLines(name, value)),
    ...Object.entries(rest).flatMap(([name, value]) => textLines(name, value)),
  ];
}

const SIGNS = { add: "+", remove: "−", same: " ", gap: "⋯" } as const;

/**
 * What a plan would change as lines that a person can compare: the lines of its diff where it has one, else what is
 * there before and after.
 */
export function changeLines(changes: readonly Change[]): string[] {
  return changes.flatMap(({ resource, action, before, after, diff }) => {
    const name = `${action} ${resource.type}:${resource.namespace ?? "default"}/${resource.id}`;
    if (diff) return [name, ...parseDiff(diff).map(({ kind, text }) => `  ${SIGNS[kind]} ${text}`)];
    return [
      name,
      ...(before === undefined || before === null ? [] : textLines("before", before)),
      ...(after === undefined || after === null ? [] : textLines("after", after)),
    ];
  });
}

function textLines(name: string, value: unknown): string[] {
  const text = typeof value === "string" ? value.replace(/\n$/, "") : JSON.stringify(value, null, 2);
  const lines = (text ?? "").split("\n");
  return lines.length === 1 ? [`${name}: ${lines[0]}`] : [`${name}:`, ...lines.map((line) => `  ${line}`)];
}

/**
 * What has to be taken away and added to come from one list of lines to the other, with a few unchanged lines around
 * and the rest as gaps; empty where they are the same. Lists that have hardly a line in common stand one after the other.
 */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const parts = diffArrays([...before], [...after], { maxEditLength: MOST_EDITS }) ?? [
    { value: [...before], removed: true, added: false },
    { value: [...after], removed: false, added: true },
  ];
  if (parts.every(({ added, removed }) => !added && !removed)) return [];
  let [old, now] = [0, 0];
  const lines = parts.flatMap(({ value, added, removed }) =>
    value.map((text): DiffLine => {
      if (removed) return { kind: "remove", text, before: ++old, after: null };
      if (added) return { kind: "add", text, before: null, after: ++now };
      return { kind: "same", text, before: ++old, after: ++now };
    }),
  );
  return withGaps(lines);
}

function withGaps(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map((_, place) =>
    lines.slice(Math.max(0, place - CONTEXT), place + CONTEXT + 1).some(({ kind }) => kind !== "same"),
  );
  return lines.flatMap((line, place): DiffLine[] => {
    if (isNear[place]) return [line];
    return isNear[place + 1] || (place === lines.length - 1 && isNear[place - 1])
      ? [{ kind: "gap", text: "", before: null, after: null }]
      : [];
  });
}
