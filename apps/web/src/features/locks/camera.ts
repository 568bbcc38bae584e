import type { Point } from "./layered-layout.ts";

/** Content times `scale`, moved by x and y, in the view's pixels. */
export type Camera = { x: number; y: number; scale: number };
export type Size = { width: number; height: number };

export const MARGIN_PX = 24;
const MIN_SCALE = 0.15;
const MAX_SCALE = 2;
/** Smaller than this nobody reads the names. */
const READABLE_SCALE = 0.6;

/** All of the content in the middle, never larger than life. Pure. */
export function fitCamera(content: Size, view: Size): Camera {
  const scale = fitScale(content, view);
  return {
    scale,
    x: (view.width - content.width * scale) / 2,
    y: Math.max(MARGIN_PX, (view.height - content.height * scale) / 2),
  };
}

/** The same where it can be read; else as small as can be read, around a point and within the content. Pure. */
export function cameraOn(point: Point, content: Size, view: Size): Camera {
  if (fitScale(content, view) >= READABLE_SCALE) return fitCamera(content, view);
  const scale = READABLE_SCALE;
  const along = (middle: number, length: number, room: number) => {
    const free = room - length * scale;
    if (free >= 2 * MARGIN_PX) return free / 2;
    return Math.min(MARGIN_PX, Math.max(free - MARGIN_PX, room / 2 - middle * scale));
  };
  return {
    scale,
    x: along(point.x, content.width, view.width),
    y: along(point.y, content.height, view.height),
  };
}

/** After a zoom that leaves the point under the pointer where it is. Pure. */
export function zoomAt(camera: Camera, factor: number, at: Point): Camera {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, camera.scale * factor));
  const change = scale / camera.scale;
  return { scale, x: at.x - (at.x - camera.x) * change, y: at.y - (at.y - camera.y) * change };
}

function fitScale(content: Size, view: Size): number {
  const across = (view.width - 2 * MARGIN_PX) / content.width;
  const down = (view.height - 2 * MARGIN_PX) / content.height;
  return Math.max(MIN_SCALE, Math.min(1, across, down));
}
