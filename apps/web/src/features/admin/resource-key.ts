import type { ResourceInput, ResourceType } from "@ade/core/resources/schema";

/** The same as the schema's, held to it by the type; without the zod that its file brings along. */
const TYPES: Record<ResourceType, true> = {
  database: true,
  service: true,
  infrastructure: true,
  configuration: true,
  secret: true,
  network: true,
  storage: true,
  agent: true,
};
export const RESOURCE_TYPES = Object.keys(TYPES) as ResourceType[];

export type CatalogueName = Pick<ResourceInput, "type" | "id" | "namespace">;

/** The parts of `type:namespace/id` (the namespace may be left out); null where the type is none of ours. */
export function partsOf(key: string): CatalogueName | null {
  const [, typed, namespace, id] = /^(\w+):(?:([^/]+)\/)?(.+)$/.exec(key.trim()) ?? [];
  const type = RESOURCE_TYPES.find((each) => each === typed);
  return type && id ? { type, id, ...(namespace && { namespace }) } : null;
}
