import type { ContendedKey, DeadlockEntry, LockGraph } from "@ade/core/locks/schema";

export type Owner = { agent_id: string; owner_id: string };
export type WaitNode = { id: string; isInCycle: boolean } & (
  | { kind: "owner"; owner: Owner; holds: number; waits: number }
  | { kind: "key"; key: ContendedKey }
  /** Waiters that hold nothing, wait for nothing else and are drawn as one. */
  | { kind: "rest"; key: string; count: number }
);
export type WaitEdge = {
  id: string;
  from: string;
  to: string;
  /** Owner to key, key to owner, and owner to the one in front of it in a queue. */
  kind: "waits" | "holds" | "behind";
  /** Of a wait: 1 is next. */
  position?: number;
  isInCycle: boolean;
};
export type WaitPicture = {
  nodes: WaitNode[];
  edges: WaitEdge[];
  /** Keys that are waited for and not drawn, because a picture of them could not be read. */
  left_out: number;
};

/** So many keys are drawn at once; the list has all. */
const MAX_KEYS = 40;
/** So many waiters of a key are drawn one by one where nothing else is to be told of them. */
const MAX_WAITERS = 4;

/** An owner's name in the graph: unique within its principal only. Pure. */
export function ownerNode({ agent_id, owner_id }: Owner): string {
  return `owner:${agent_id}\n${owner_id}`;
}

/** The owner that had to give way, by its name in the graph. Pure. */
export function victimOf({ resolution }: DeadlockEntry): string {
  return ownerNode({ agent_id: resolution.victim_agent_id, owner_id: resolution.victim_owner_id });
}

/**
 * The graph as nodes and edges to draw: owner → key for a wait, key → owner for a hold, so that following the arrows
 * leads from who waits to who has to move. Keys in a cycle come first, then the longest queues. Pure.
 */
export function pictureOf(graph: LockGraph): WaitPicture {
  const steps = cycleSteps(graph);
  const inCycle = new Set(graph.cycles.flatMap((cycle) => cycle.map(ownerNode)));
  const keysInCycle = new Set(steps.map(({ key }) => key));
  const keys = [...graph.keys]
    .sort(
      (a, b) =>
        Number(keysInCycle.has(b.key)) - Number(keysInCycle.has(a.key)) ||
        b.queue_length - a.queue_length ||
        (a.key < b.key ? -1 : 1),
    )
    .slice(0, MAX_KEYS);

  const holds = countBy(graph.keys.flatMap((key) => key.holders.map(ownerNode)));
  const waits = countBy(graph.keys.flatMap((key) => key.queue.map(ownerNode)));
  const nodes = new Map<string, WaitNode>();
  const edges: WaitEdge[] = [];
  const addOwner = ({ agent_id, owner_id }: Owner): string => {
    const id = ownerNode({ agent_id, owner_id });
    nodes.set(id, {
      id,
      kind: "owner",
      owner: { agent_id, owner_id },
      holds: holds.get(id) ?? 0,
      waits: waits.get(id) ?? 0,
      isInCycle: inCycle.has(id),
    });
    return id;
  };
  const isStep = (key: string, side: "from" | "to", owner: string) =>
    steps.some((step) => step.key === key && step[side] === owner);

  for (const contended of keys) {
    const { key } = contended;
    const id = `key:${key}`;
    nodes.set(id, { id, kind: "key", key: contended, isInCycle: keysInCycle.has(key) });
    for (const holder of contended.holders) {
      const owner = addOwner(holder);
      edges.push({
        id: `${id} ${owner}`,
        from: id,
        to: owner,
        kind: "holds",
        isInCycle: isStep(key, "to", owner),
      });
    }
    let folded = contended.queue_length - contended.queue.length;
    contended.queue.forEach((waiter, place) => {
      const owner = ownerNode(waiter);
      const hasMore = holds.has(owner) || inCycle.has(owner) || (waits.get(owner) ?? 0) > 1;
      if (place >= MAX_WAITERS && !hasMore) folded++;
      else {
        edges.push({
          id: `${owner} ${id}`,
          from: addOwner(waiter),
          to: id,
          kind: "waits",
          position: waiter.queue_position,
          isInCycle: isStep(key, "from", owner),
        });
      }
    });
    if (folded > 0) {
      const rest = `rest:${key}`;
      nodes.set(rest, { id: rest, kind: "rest", key, count: folded, isInCycle: false });
      edges.push({ id: `${rest} ${id}`, from: rest, to: id, kind: "waits", isInCycle: false });
    }
  }
  for (const step of steps) {
    if (step.because === "holds" || !nodes.has(step.from) || !nodes.has(step.to)) continue;
    edges.push({
      id: `${step.from} ${step.to}`,
      from: step.from,
      to: step.to,
      kind: "behind",
      isInCycle: true,
    });
  }
  return { nodes: [...nodes.values()], edges, left_out: graph.keys.length - keys.length };
}

type Step = { from: string; to: string; key: string; because: "holds" | "queued_before" };

/** Every step of every cycle: who waits for whom, and over which key. */
function cycleSteps(graph: LockGraph): Step[] {
  const edges = new Map<string, Step>();
  for (const edge of graph.edges) {
    const step = { ...edge, from: ownerNode(edge.from), to: ownerNode(edge.to) };
    edges.set(`${step.from} ${step.to}`, step);
  }
  return graph.cycles.flatMap((cycle) =>
    cycle.flatMap((owner, at) => {
      const next = cycle[(at + 1) % cycle.length];
      const step = next && edges.get(`${ownerNode(owner)} ${ownerNode(next)}`);
      return step ? [step] : [];
    }),
  );
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
