import type { Item } from "./layered-layout.ts";

const ORDER_SWEEPS = 6;
const PLACE_SWEEPS = 8;

/**
 * Orders each column so that few links cross (each item moves to the mean of its neighbours, to the right and back),
 * then gives each item its `y`, level with its neighbours where there is room. The topmost is at 0.
 */
export function orderLayers(layers: Item[][], items: ReadonlyMap<string, Item>, gap: number): void {
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
    const goesRight = sweep % 2 === 0;
    const place = new Map<string, number>();
    const note = (layer: Item[]) => {
      for (const [at, { id }] of layer.entries()) place.set(id, at);
    };
    for (const layer of layers) note(layer);
    for (const layer of goesRight ? layers : layers.toReversed()) {
      const wish = new Map(
        layer.map((item) => [
          item.id,
          mean(
            (goesRight ? item.before : item.after).map((id) => place.get(id) ?? 0),
            place.get(item.id) ?? 0,
          ),
        ]),
      );
      layer.sort((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0));
      note(layer);
    }
  }
  for (const layer of layers) spread(layer, new Map(), gap);
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    const goesRight = sweep % 2 === 1;
    for (const layer of goesRight ? layers : layers.toReversed()) {
      const wish = new Map(
        layer.map((item) => {
          const beside = (goesRight ? item.before : item.after).map((id) => middle(items.get(id)));
          return [item.id, mean(beside, middle(item)) - item.height / 2];
        }),
      );
      spread(layer, wish, gap);
    }
  }
  const top = Math.min(...layers.flat().map(({ y }) => y));
  for (const item of layers.flat()) item.y -= top;
}

/** Puts a column's items as near to their wishes as their order and the gap allow. */
function spread(layer: readonly Item[], wish: ReadonlyMap<string, number>, gap: number): void {
  let free = Number.NEGATIVE_INFINITY;
  let excess = 0;
  for (const item of layer) {
    const wanted = wish.get(item.id) ?? 0;
    item.y = Math.max(wanted, free);
    excess += item.y - wanted;
    free = item.y + item.height + gap;
  }
  for (const item of layer) item.y -= excess / layer.length;
}

function middle(item: Item | undefined): number {
  return item ? item.y + item.height / 2 : 0;
}

function mean(values: readonly number[], none: number): number {
  return values.length === 0 ? none : values.reduce((sum, value) => sum + value, 0) / values.length;
}
