import type { DelegationTrace, TraceLook } from "@ade/core/delegations/schema";

/** A person in the picture: where the request starts, over whom it goes, who is asked, who is not. */
export type TraceNode = {
  id: string;
  name: string;
  part: "start" | "middle" | "end" | "aside";
  note: string;
};
export type TraceEdge = { id: string; from: string; to: string; verdict: TraceLook["verdict"] };
export type TraceGraph = { nodes: TraceNode[]; edges: TraceEdge[] };

/** Of several delegations from one person to another the one that says most is drawn. */
const WEIGHT: Record<TraceLook["verdict"], number> = {
  taken: 3,
  dead_end: 2,
  not_needed: 1,
  does_not_apply: 0,
};

/**
 * The picture of a trace: everybody who was looked at, and an arrow from each to whom they delegate to; but for what
 * does not apply and would only lead back. Pure.
 */
export function graphOf({ owner, end, path, looks }: DelegationTrace): TraceGraph {
  const edges = new Map<string, TraceEdge>();
  const onPath = new Set(path.map(({ id }) => id));
  const drawn = looks.filter(({ verdict, to_id }) => verdict !== "does_not_apply" || !onPath.has(to_id));
  for (const { from_id, to_id, verdict } of drawn) {
    const id = `${from_id}>${to_id}`;
    const before = edges.get(id);
    if (!before || WEIGHT[before.verdict] < WEIGHT[verdict]) {
      edges.set(id, { id, from: from_id, to: to_id, verdict });
    }
  }
  const names = new Map([[owner.id, owner.name], ...path.map(({ id, name }) => [id, name] as const)]);
  for (const look of drawn) names.set(look.from_id, look.from).set(look.to_id, look.to);
  const isDead = (id: string) =>
    [...edges.values()].some(({ to, verdict }) => to === id && verdict === "dead_end");
  const nodes = [...names].map(([id, name]): TraceNode => {
    if (id === end.id)
      return { id, name, part: "end", note: id === owner.id ? "is asked, in person" : "is asked" };
    if (id === owner.id) return { id, name, part: "start", note: "is named" };
    if (onPath.has(id)) return { id, name, part: "middle", note: "passes it on" };
    return { id, name, part: "aside", note: isDead(id) ? "leads nowhere" : "is not asked" };
  });
  return { nodes, edges: [...edges.values()] };
}
