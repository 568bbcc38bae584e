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

/** True where two plans would do the same, volatile fields apart. */
export function sameChanges(
  a: readonly Change[],
  b: readonly Change[],
  volatile: readonly string[],
): boolean {
  const left = normaliseChanges(a, volatile);
  const right = normaliseChanges(b, volatile);
  return left.length === right.length && left.every((change, index) => change === right[index]);
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
