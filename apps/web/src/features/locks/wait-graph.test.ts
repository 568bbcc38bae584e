import type { ContendedKey, LockGraph, LockWaiter } from "@ade/core/locks/schema";
import { describe, expect, it } from "vitest";
import { type Box, type Link, layeredLayout } from "./layered-layout.ts";
import { ownerNode, pictureOf } from "./wait-graph.ts";

const AT = "2026-11-21T05:00:00.000Z";
const owner = (name: string) => ({ agent_id: name, owner_id: name });
const waiter = (name: string, queue_position: number): LockWaiter => ({
  request_id: crypto.randomUUID(),
  mode: "exclusive",
  ...owner(name),
  purpose: null,
  priority: 50,
  requested_at: AT,
  queue_position,
  estimated_wait_seconds: null,
});
const contended = (name: string, holders: string[], queue: string[], queue_length = queue.length) =>
  ({
    key: `resource:${name}`,
    resource_type: "resource",
    resource_id: name,
    mode: "exclusive",
    delayed_until: null,
    holders: holders.map((each) => ({
      id: crypto.randomUUID(),
      resource_type: "resource",
      resource_id: name,
      key: `resource:${name}`,
      mode: "exclusive",
      ...owner(each),
      purpose: null,
      acquired_at: AT,
      expires_at: AT,
      fencing_token: 1,
    })),
    queue: queue.map((each, at) => waiter(each, at + 1)),
    queue_length,
  }) satisfies ContendedKey;
const edge = (from: string, to: string, key: string, because: "holds" | "queued_before" = "holds") => ({
  from: owner(from),
  to: owner(to),
  key: `resource:${key}`,
  because,
});
const graph = (more: Partial<LockGraph>): LockGraph => ({
  at: AT,
  keys: [],
  edges: [],
  cycles: [],
  is_cut: false,
  ...more,
});
const node = (name: string) => ownerNode(owner(name));

describe("picture", () => {
  it("leads from who waits over the key to who holds it", () => {
    const { nodes, edges } = pictureOf(
      graph({ keys: [contended("x", ["a"], ["b"])], edges: [edge("b", "a", "x")] }),
    );
    expect(nodes.map(({ id }) => id).sort()).toEqual(["key:resource:x", node("a"), node("b")].sort());
    expect(edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
      ["key:resource:x", node("a"), "holds"],
      [node("b"), "key:resource:x", "waits"],
    ]);
  });

  it("marks exactly the cycle, not who waits beside it", () => {
    const { nodes, edges } = pictureOf(
      graph({
        keys: [contended("x", ["a"], ["b", "c"]), contended("y", ["b"], ["a"])],
        edges: [edge("b", "a", "x"), edge("c", "a", "x"), edge("a", "b", "y")],
        cycles: [[owner("a"), owner("b")]],
      }),
    );
    const marked = nodes.filter(({ isInCycle }) => isInCycle).map(({ id }) => id);
    expect(marked.sort()).toEqual(["key:resource:x", "key:resource:y", node("a"), node("b")].sort());
    expect(edges.filter(({ isInCycle }) => isInCycle)).toHaveLength(4);
    expect(edges.find(({ from }) => from === node("c"))?.isInCycle).toBe(false);
  });

  it("draws who only stands in front, where that closes the cycle", () => {
    const { edges } = pictureOf(
      graph({
        keys: [contended("x", ["h"], ["a", "b"]), contended("y", ["b"], ["a"])],
        edges: [edge("b", "a", "x", "queued_before"), edge("a", "b", "y")],
        cycles: [[owner("a"), owner("b")]],
      }),
    );
    expect(edges.filter(({ kind }) => kind === "behind").map(({ from, to }) => [from, to])).toEqual([
      [node("b"), node("a")],
    ]);
  });

  it("folds a long queue, but nobody who also blocks others", () => {
    const queue = ["w1", "w2", "w3", "w4", "w5", "w6"];
    const { nodes } = pictureOf(
      graph({ keys: [contended("x", ["a"], queue, 500), contended("y", ["w6"], ["z"])] }),
    );
    expect(nodes.find(({ kind }) => kind === "rest")).toMatchObject({ count: 495 });
    expect(nodes.some(({ id }) => id === node("w6"))).toBe(true);
    expect(nodes.some(({ id }) => id === node("w5"))).toBe(false);
  });

  it("draws what can be read and says how much it left out, never the cycle", () => {
    const keys = Array.from({ length: 100 }, (_, at) =>
      contended(`k${at}`, [`h${at}`], [`w${at}`], 100 - at),
    );
    const picture = pictureOf(
      graph({
        keys: [...keys, contended("p", ["a"], ["b"]), contended("q", ["b"], ["a"])],
        edges: [edge("b", "a", "p"), edge("a", "b", "q")],
        cycles: [[owner("a"), owner("b")]],
      }),
    );
    expect(picture.left_out).toBe(62);
    expect(picture.nodes.filter(({ isInCycle }) => isInCycle)).toHaveLength(4);
  });
});

describe("layered layout", () => {
  const box = (id: string): Box => ({ id, width: 100, height: 40 });
  const link = (from: string, to: string): Link => ({ id: `${from}>${to}`, from, to });
  const of = (names: string, ...links: [string, string][]) =>
    layeredLayout(
      [...names].map(box),
      links.map((each) => link(...each)),
    );

  it("points to the right", () => {
    const { boxes, width } = of("abc", ["a", "b"], ["b", "c"]);
    expect(["a", "b", "c"].map((id) => boxes.get(id)?.x)).toEqual([0, 148, 296]);
    expect(new Set(["a", "b", "c"].map((id) => boxes.get(id)?.y)).size).toBe(1);
    expect(width).toBe(396);
  });

  it("closes a circle by one link that goes back", () => {
    const { links } = of("abcd", ["a", "b"], ["b", "c"], ["c", "d"], ["d", "a"]);
    const isBack = (id: string) => {
      const points = links.get(id) ?? [];
      return (points.at(-1)?.x ?? 0) < (points[0]?.x ?? 0);
    };
    expect([...links.keys()].filter(isBack)).toEqual(["d>a"]);
    // It goes around the boxes in between.
    expect(links.get("d>a")?.length).toBe(6);
  });

  it("lets no two boxes overlap", () => {
    const names = Array.from({ length: 60 }, (_, at) => `n${at}`);
    const links = names.flatMap((from, at) =>
      [names[(at * 7 + 3) % 60], names[(at * 11 + 5) % 60]].map((to) => link(from, to as string)),
    );
    const { boxes } = layeredLayout(names.map(box), links);
    const places = [...boxes.values()];
    expect(places).toHaveLength(60);
    for (const [at, a] of places.entries()) {
      for (const b of places.slice(at + 1)) {
        expect(Math.abs(a.x - b.x) >= 100 || Math.abs(a.y - b.y) >= 40 - 1e-6).toBe(true);
      }
    }
  });

  it("stands what is not connected below each other, and fits all in", () => {
    const { boxes, height, width } = of("abcd", ["a", "b"], ["c", "d"]);
    expect((boxes.get("c")?.y ?? 0) - (boxes.get("a")?.y ?? 0)).toBeGreaterThanOrEqual(80);
    for (const { x, y } of boxes.values()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + 100).toBeLessThanOrEqual(width);
      expect(y + 40).toBeLessThanOrEqual(height);
    }
  });

  it("draws nothing of nothing, and leaves out links to nowhere", () => {
    expect(of("")).toMatchObject({ width: 0, height: 0 });
    expect(of("a", ["a", "a"], ["a", "z"]).links.size).toBe(0);
  });

  it("lays out 200 boxes in a blink", () => {
    const names = Array.from({ length: 200 }, (_, at) => `n${at}`);
    const links = names.slice(1).map((to, at) => link(names[Math.floor(at / 3)] as string, to));
    const from = performance.now();
    layeredLayout(names.map(box), links);
    expect(performance.now() - from).toBeLessThan(100);
  });
});
