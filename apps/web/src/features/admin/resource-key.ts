import { RESOURCE_TYPES, type ResourceInput } from "@ade/core/resources/schema";

export type CatalogueName = Pick<ResourceInput, "type" | "id" | "namespace">;

/** The parts of `type:namespace/id` (the namespace may be left out); null where the type is none of ours. */
export function partsOf(key: string): CatalogueName | null {
  const [, typed, namespace, id] = /^(\w+):(?:([^/]+)\/)?(.+)$/.exec(key.trim()) ?? [];
  const type = RESOURCE_TYPES.find((each) => each === typed);
  return type && id ? { type, id, ...(namespace && { namespace }) } : null;
}
