import { canonicalJson } from "../kernel/canonical-json.ts";
import { sha256 } from "../kernel/ids.ts";
import type { Change, TaskConfig } from "./schema.ts";

function without(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      key === "*" || key === String(index) ? (rest.length ? without(item, rest) : null) : item,
    );
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (key !== "*" && key !== name) return [[name, member]];
      return rest.length ? [[name, without(member, rest)]] : [];
    }),
  );
}

/** Changes in comparable form: volatile fields left out, each in canonical JSON, in one order. */
export function normaliseChanges(changes: readonly Change[], volatile: readonly string[]): string[] {
  return changes
    .map((change) =>
      canonicalJson(volatile.reduce<unknown>((rest, path) => without(rest, path.split(".")), change)),
    )
    .sort();
}

/** Whether a number is as it was, or at most so many percent of it away, rounded down: few are to be the same. Pure. */
export const isWithin = (was: number, is: number, percent: number): boolean =>
  Math.abs(is - was) <= Math.floor((Math.abs(was) * percent) / 100);

const numberAt = (value: unknown, [key, ...rest]: readonly string[]): unknown =>
  key === undefined ? value : numberAt((value as Record<string, unknown> | undefined)?.[key], rest);

type Movable = { rest: string; numbers: readonly { value: number; percent: number }[] };

/** A change without its numbers that may differ, and these by themselves. */
function movable(change: Change, volatile: readonly string[]): Movable {
  const found = Object.entries(change.may_differ ?? {}).flatMap(([path, percent]) => {
    const value = numberAt(change, path.split("."));
    return typeof value === "number" ? [{ path, value, percent }] : [];
  });
  const [rest = ""] = normaliseChanges([change], [...volatile, ...found.map(({ path }) => path)]);
  return { rest, numbers: found };
}

/**
 * True where two plans would do the same: volatile fields apart, and with numbers as near to the approved ones as those
 * allow (`may_differ`).
 */
export function sameChanges(
  approved: readonly Change[],
  now: readonly Change[],
  volatile: readonly string[],
): boolean {
  const inOrder = (changes: readonly Change[]): Movable[] =>
    changes
      .map((change) => movable(change, volatile))
      .sort((a, b) =>
        a.rest === b.rest
          ? (a.numbers[0]?.value ?? 0) - (b.numbers[0]?.value ?? 0)
          : a.rest < b.rest
            ? -1
            : 1,
      );
  const [left, right] = [inOrder(approved), inOrder(now)];
  return (
    left.length === right.length &&
    left.every(({ rest, numbers }, index) => {
      const other = right[index]!;
      return (
        rest === other.rest &&
        numbers.length === other.numbers.length &&
        numbers.every(({ value, percent }, at) => isWithin(value, other.numbers[at]!.value, percent))
      );
    })
  );
}

/**
 * SHA-256 (hex) over canonical JSON of the whole executable intent (lifecycle.md, "Preview").
 * `changes` is null with `skip_preview`; no changes at all is another content than no preview.
 */
export function contentHash(content: {
  config: TaskConfig;
  digest: string;
  changes: readonly Change[] | null;
  volatile: readonly string[];
}): string {
  const changes = content.changes && normaliseChanges(content.changes, content.volatile);
  return sha256(canonicalJson({ config: content.config, executor: content.digest, changes }));
}
