import type { ListLocksQuery, Lock } from "@ade/core/locks/schema";

/** Spelled here: the schema's own list would bring zod into the page. */
export const KINDS = ["task", "resource", "agent"] as const satisfies readonly Lock["resource_type"][];

export type LockFilter = Pick<ListLocksQuery, "resource_type" | "resource_id" | "agent_id">;
type Fields = { kind: string; key: string; holder: string };

/** Kind and id of a key such as `resource:database:prod/orders`; null where it does not begin with a kind. Pure. */
export function splitKey(key: string): { resource_type: Lock["resource_type"]; resource_id: string } | null {
  const colon = key.indexOf(":");
  const kind = KINDS.find((each) => each === key.slice(0, colon));
  return kind && colon + 1 < key.length ? { resource_type: kind, resource_id: key.slice(colon + 1) } : null;
}

/** What the server is asked for: a whole key names its kind itself; a holder goes by name or by id. Pure. */
export function filterOf({ kind, key, holder }: Fields, idOfName: ReadonlyMap<string, string>): LockFilter {
  const chosen = KINDS.find((each) => each === kind);
  const agent_id = idOfName.get(holder) ?? holder;
  return {
    ...(chosen && { resource_type: chosen }),
    ...(key && (splitKey(key) ?? { resource_id: key })),
    ...(agent_id && { agent_id }),
  };
}
