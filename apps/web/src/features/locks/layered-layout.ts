import { orderLayers } from "./layer-order.ts";

export type Box = { id: string; width: number; height: number };
export type Link = { id: string; from: string; to: string };
export type Point = { x: number; y: number };
/** Boxes by their top left corner; links by the points that they go through, from the box they leave. */
export type Placed = {
  boxes: Map<string, Point>;
  links: Map<string, Point[]>;
  width: number;
  height: number;
};

const COLUMN_GAP = 48;
const ROW_GAP = 14;
const PART_GAP = 40;
/** A link that goes back meets its boxes below the middle, where the others do not. */
const BACK_DROP = 12;
/** Height that a link takes where it passes a column. */
const LANE = 10;

/** One place in a column: a box, or a link that passes. */
export type Item = { id: string; height: number; before: string[]; after: string[]; y: number };

/**
 * A layered drawing from left to right: links point to the right, apart from the few that would close a circle, which
 * go back. What is not connected stands below each other. The same input gives the same drawing. Pure.
 */
export function layeredLayout(boxes: readonly Box[], links: readonly Link[]): Placed {
  const placed: Placed = { boxes: new Map(), links: new Map(), width: 0, height: 0 };
  for (const part of partsOf(boxes, links)) {
    const top = placed.height === 0 ? 0 : placed.height + PART_GAP;
    placePart(part, top, placed);
  }
  return placed;
}

type Part = { boxes: Box[]; links: Link[] };

/** What is connected, in the order in which it was given. */
function partsOf(boxes: readonly Box[], links: readonly Link[]): Part[] {
  const known = new Map(boxes.map((box) => [box.id, box]));
  const sound = links.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const beside = new Map<string, Link[]>(boxes.map(({ id }) => [id, []]));
  for (const link of sound) {
    beside.get(link.from)?.push(link);
    beside.get(link.to)?.push(link);
  }
  const seen = new Set<string>();
  const parts: Part[] = [];
  for (const { id } of boxes) {
    if (seen.has(id)) continue;
    seen.add(id);
    const ids = [id];
    for (const each of ids) {
      for (const { from, to } of beside.get(each) ?? []) {
        const other = from === each ? to : from;
        if (seen.has(other)) continue;
        seen.add(other);
        ids.push(other);
      }
    }
    const isIn = new Set(ids);
    parts.push({
      boxes: boxes.filter((box) => isIn.has(box.id)),
      links: sound.filter(({ from }) => isIn.has(from)),
    });
  }
  return parts;
}

function placePart({ boxes, links }: Part, top: number, placed: Placed): void {
  const turned = linksThatGoBack(boxes, links);
  const forward = links.map((link) =>
    turned.has(link.id) ? { ...link, from: link.to, to: link.from } : link,
  );
  const layerOf = layersOf(boxes, forward);
  const items = new Map<string, Item>(
    boxes.map(({ id, height }) => [id, { id, height, before: [], after: [], y: 0 }]),
  );
  const layers: Item[][] = [];
  for (const { id } of boxes) addTo(layers, layerOf.get(id) ?? 0, items.get(id));

  const lanes = new Map<string, string[]>();
  for (const link of forward) {
    const first = layerOf.get(link.from) ?? 0;
    const last = layerOf.get(link.to) ?? 0;
    const path = [link.from];
    for (let layer = first + 1; layer < last; layer++) {
      const id = `lane:${link.id}:${layer}`;
      items.set(id, { id, height: LANE, before: [], after: [], y: 0 });
      addTo(layers, layer, items.get(id));
      path.push(id);
    }
    path.push(link.to);
    for (let at = 1; at < path.length; at++) {
      items.get(path[at - 1] as string)?.after.push(path[at] as string);
      items.get(path[at] as string)?.before.push(path[at - 1] as string);
    }
    lanes.set(link.id, path);
  }
  orderLayers(layers, items, ROW_GAP);

  const sizes = new Map(boxes.map((box) => [box.id, box]));
  const columns: { x: number; width: number }[] = [];
  const columnOf = new Map<string, number>();
  let x = 0;
  for (const [at, layer] of layers.entries()) {
    const width = Math.max(0, ...layer.map(({ id }) => sizes.get(id)?.width ?? 0));
    columns.push({ x, width });
    x += width + COLUMN_GAP;
    for (const { id } of layer) columnOf.set(id, at);
  }
  let bottom = top;
  for (const item of items.values()) {
    bottom = Math.max(bottom, top + item.y + item.height);
    const box = sizes.get(item.id);
    const column = columns[columnOf.get(item.id) ?? 0];
    if (box && column)
      placed.boxes.set(box.id, { x: column.x + (column.width - box.width) / 2, y: top + item.y });
  }
  for (const { id } of links) {
    const points = (lanes.get(id) ?? []).flatMap((name, at, path): Point[] => {
      const item = items.get(name);
      const column = columns[columnOf.get(name) ?? 0];
      if (!item || !column) return [];
      const middle = top + item.y + item.height / 2;
      const box = sizes.get(name);
      const left = box ? column.x + (column.width - box.width) / 2 : column.x;
      const right = left + (box ? box.width : column.width);
      if (at === 0) return [{ x: right, y: middle }];
      if (at === path.length - 1) return [{ x: left, y: middle }];
      return [
        { x: left, y: middle },
        { x: right, y: middle },
      ];
    });
    placed.links.set(id, turned.has(id) ? goingBack(points) : points);
  }
  placed.width = Math.max(placed.width, x - COLUMN_GAP);
  placed.height = bottom;
}

function goingBack(points: readonly Point[]): Point[] {
  const last = points.length - 1;
  return points
    .map((point, at) => (at === 0 || at === last ? { x: point.x, y: point.y + BACK_DROP } : point))
    .reverse();
}

function addTo(layers: Item[][], at: number, item: Item | undefined): void {
  while (layers.length <= at) layers.push([]);
  if (item) layers[at]?.push(item);
}

/** Links that close a circle on a walk that begins where nothing points to. */
function linksThatGoBack(boxes: readonly Box[], links: readonly Link[]): Set<string> {
  const after = new Map<string, Link[]>(boxes.map(({ id }) => [id, []]));
  for (const link of links) after.get(link.from)?.push(link);
  const hasBefore = new Set(links.map(({ to }) => to));
  const starts = [
    ...boxes.filter(({ id }) => !hasBefore.has(id)),
    ...boxes.filter(({ id }) => hasBefore.has(id)),
  ];
  const back = new Set<string>();
  const state = new Map<string, "open" | "done">();
  for (const { id: start } of starts) {
    if (state.has(start)) continue;
    const stack = [{ id: start, next: 0 }];
    state.set(start, "open");
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { id: string; next: number };
      const link = after.get(top.id)?.[top.next++];
      if (!link) {
        state.set(top.id, "done");
        stack.pop();
      } else if (state.get(link.to) === "open") back.add(link.id);
      else if (!state.has(link.to)) {
        state.set(link.to, "open");
        stack.push({ id: link.to, next: 0 });
      }
    }
  }
  return back;
}

/** A column for each box: right of all that point to it; what nothing points to stands close to what it points to. */
function layersOf(boxes: readonly Box[], links: readonly Link[]): Map<string, number> {
  const layer = new Map(boxes.map(({ id }) => [id, 0]));
  const missing = new Map(boxes.map(({ id }) => [id, links.filter(({ to }) => to === id).length]));
  const ready = boxes.filter(({ id }) => missing.get(id) === 0).map(({ id }) => id);
  const starts = new Set(ready);
  for (const id of ready) {
    for (const { from, to } of links) {
      if (from !== id) continue;
      layer.set(to, Math.max(layer.get(to) ?? 0, (layer.get(id) ?? 0) + 1));
      const left = (missing.get(to) ?? 0) - 1;
      missing.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  for (const id of starts) {
    const next = links.filter(({ from }) => from === id).map(({ to }) => layer.get(to) ?? 1);
    if (next.length > 0) layer.set(id, Math.min(...next) - 1);
  }
  return layer;
}

/** A smooth line through the points, leaving and reaching them level. Pure. */
export function curve([first, ...others]: readonly Point[]): string {
  if (!first) return "";
  let from = first;
  let path = `M${first.x} ${first.y}`;
  for (const to of others) {
    const half = (to.x - from.x) / 2;
    path +=
      from.y === to.y
        ? `L${to.x} ${to.y}`
        : `C${from.x + half} ${from.y} ${to.x - half} ${to.y} ${to.x} ${to.y}`;
    from = to;
  }
  return path;
}
