import { canonicalJson } from "../../kernel/canonical-json.ts";
import type { SettableFields } from "../store.ts";
import type { ChangedField } from "./schema.ts";

type Fields = Partial<SettableFields>;

/** The fields that a change really changes, with what they were and will be. Absent ones stay; equal is no change. */
export function changedFields(before: SettableFields, set: Fields): ChangedField[] {
  return (Object.keys(set) as (keyof SettableFields)[]).flatMap((field) => {
    const after = set[field];
    if (after === undefined || same(before[field], after)) return [];
    return [{ field, before: before[field], after }];
  });
}

/** Whether two values of a setting mean the same. */
export function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
