import type { Inputs } from "#lib/api.ts";
import { instantOf } from "./delegation-draft.ts";

/** What is tried, as the form holds it. */
export type TraceDraft = {
  owner: string;
  author: string;
  type: string;
  /** `type:namespace/id` */
  resource: string;
  risk: number;
  tags: string[];
  at: string;
};

type Input = Inputs["delegations"]["trace"];

const TYPES = [
  "database",
  "service",
  "infrastructure",
  "configuration",
  "secret",
  "network",
  "storage",
  "agent",
] as const;

/** What asks for the trace, or null while the resource cannot be read as one. */
export function traceInputOf(draft: TraceDraft, me: string): Input | null {
  const [, name, namespace = "default", id] = /^(\w+):(?:([^/]+)\/)?(.+)$/.exec(draft.resource.trim()) ?? [];
  const type = TYPES.find((each) => each === name);
  if (!type || !id || !draft.type.trim()) return null;
  const at = instantOf(draft.at);
  return {
    ...{ type: draft.type.trim(), resource: { type, namespace, id }, risk: draft.risk, tags: draft.tags },
    ...(draft.owner && draft.owner !== me && { owner_id: draft.owner }),
    ...(draft.author && { author_id: draft.author }),
    ...(at && { at }),
  };
}
