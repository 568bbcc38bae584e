import type { ResourceRef, ResourceType } from "../../resources/schema.ts";
import { canonicalKey, parseKey } from "../../resources/service.ts";

/** A resource as the factors see it: declared by the task, found by the executor, or both. */
export type TouchedResource = {
  key: string;
  type: ResourceType;
  namespace: string;
  /** Every scope it was declared with. */
  scopes: ReadonlySet<ResourceRef["scope"]>;
  /** Every action that was declared on it; none where only the executor knows of it. */
  actions: ReadonlySet<ResourceRef["actions"][number]>;
};

/** Declared resources and really touched keys as one list, each key once, what was said of it united. */
export function touchedResources(
  declared: readonly ResourceRef[],
  keys: readonly string[],
): TouchedResource[] {
  const byKey = new Map<
    string,
    { scopes: Set<ResourceRef["scope"]>; actions: Set<ResourceRef["actions"][number]> }
  >();
  const said = (key: string) => {
    let known = byKey.get(key);
    if (!known) {
      known = { scopes: new Set(), actions: new Set() };
      byKey.set(key, known);
    }
    return known;
  };
  for (const ref of declared) {
    const known = said(canonicalKey(ref));
    known.scopes.add(ref.scope);
    for (const action of ref.actions) known.actions.add(action);
  }
  for (const key of keys) said(canonicalKey(parseKey(key)));
  return [...byKey].map(([key, known]) => {
    const { type, namespace } = parseKey(key);
    return { key, type, namespace, ...known };
  });
}
