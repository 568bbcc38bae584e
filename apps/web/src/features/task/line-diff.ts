import type { Change, TaskConfig } from "@ade/core/executors/schema";
import { type DiffLine, parseDiff } from "./diff.ts";

/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;

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
 * and the rest as gaps; empty where they are the same. Longest common subsequence by dynamic programming (Wagner and
 * Fischer, 1974) of what lies between the common beginning and end: meant for a task's configuration, not for logs.
 */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  if (head + tail === before.length && head + tail === after.length) return [];
  const [a, b] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]![j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));

  const all: DiffLine[] = [];
  const same = (i: number, j: number) =>
    all.push({ kind: "same", text: before[i] ?? "", before: i + 1, after: j + 1 });
  for (let i = 0; i < head; i++) same(i, i);
  for (let [i, j] = [0, 0]; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) same(head + i++, head + j++);
    else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1)))
      all.push({ kind: "remove", text: a[i] ?? "", before: head + ++i, after: null });
    else all.push({ kind: "add", text: b[j] ?? "", before: null, after: head + ++j });
  }
  for (let i = 0; i < tail; i++) same(before.length - tail + i, after.length - tail + i);
  return withGaps(all);
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
