import type { ContendedKey, Lock, LockGraph, LockWaiter } from "../schema.ts";
import { type Cycle, inOrder, type OwnerOf } from "./graph.ts";

type Edge = LockGraph["edges"][number];
type Group = { parties: readonly (Lock | LockWaiter)[]; because: Edge["because"] }[];

/**
 * The edges to draw: few from which all waits follow, since whoever waits for one also waits for what that one waits
 * for. So each waiter is tied to those just before it that it is incompatible with, the first ones to the holders;
 * and the edges of `cycles` are there in any case. Linear in waiters. Pure.
 */
export function waitEdges(keys: readonly ContendedKey[], ownerOf: OwnerOf, cycles: readonly Cycle[]): Edge[] {
  const edges = new Map<string, Edge>();
  function add(from: Lock | LockWaiter, to: Lock | LockWaiter, key: string, because: Edge["because"]): void {
    const [one, other] = [ownerOf(from), ownerOf(to)];
    if (one !== other)
      edges.set(`${one}\n${other}\n${key}`, { from: named(from), to: named(to), key, because });
  }
  for (const { key, resource_type, mode, holders, queue } of keys) {
    const joins = (modeOfGroup: string | null, waiter: LockWaiter): boolean =>
      resource_type !== "agent" && modeOfGroup === "shared" && waiter.mode === "shared";
    let previous: Group = [];
    let group: Group = [{ parties: holders, because: "holds" }];
    let groupMode: string | null = mode;
    for (const waiter of inOrder(queue)) {
      if (!joins(groupMode, waiter)) {
        previous = group;
        group = [];
        groupMode = waiter.mode;
      }
      for (const { parties, because } of previous)
        for (const party of parties) add(waiter, party, key, because);
      group.push({ parties: [waiter], because: "queued_before" });
    }
  }
  for (const cycle of cycles) {
    for (const [at, { lock, blocked_key, request }] of cycle.entries()) {
      add(cycle.at(at - 1)!.request, request, blocked_key, lock ? "holds" : "queued_before");
    }
  }
  return [...edges.values()];
}

const named = ({ agent_id, owner_id }: Lock | LockWaiter) => ({ agent_id, owner_id });
