import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useKeys } from "#lib/keys.ts";
import { type Camera, cameraOn, fitCamera, MARGIN_PX, type Size, zoomAt } from "./camera.ts";
import type { Point } from "./layered-layout.ts";

/** One press of a key. */
const STEP = 1.25;
const PAN_PX = 80;

/**
 * Looks around in content that is larger than its view: drag, wheel (with Ctrl or two fingers it zooms), and keys.
 * Until somebody looks around by himself, it shows all that can be read at once, around `focus` where that is not all.
 */
export function usePanZoom(view: RefObject<HTMLElement | null>, content: Size, focus: Point | null) {
  const [camera, setCamera] = useState<Camera>({ x: 0, y: 0, scale: 1 });
  const isOwn = useRef(false);
  const { width, height } = content;
  const focusX = focus?.x ?? 0;
  const focusY = focus?.y ?? height / 2;
  const follow = useCallback(() => {
    const size = view.current?.getBoundingClientRect();
    if (size && !isOwn.current) setCamera(cameraOn({ x: focusX, y: focusY }, { width, height }, size));
  }, [view, width, height, focusX, focusY]);
  const move = useCallback((change: (camera: Camera) => Camera) => {
    isOwn.current = true;
    setCamera(change);
  }, []);
  const fit = useCallback(() => {
    const size = view.current?.getBoundingClientRect();
    if (size) move(() => fitCamera({ width, height }, size));
  }, [view, width, height, move]);
  const pan = useCallback(
    (x: number, y: number) => move((old) => ({ ...old, x: old.x + x, y: old.y + y })),
    [move],
  );
  const zoom = useCallback(
    (factor: number, at?: { x: number; y: number }) => {
      const size = view.current?.getBoundingClientRect();
      move((old) => zoomAt(old, factor, at ?? { x: (size?.width ?? 0) / 2, y: (size?.height ?? 0) / 2 }));
    },
    [move, view],
  );

  useLayoutEffect(follow, [follow]);
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    return () => observer.disconnect();
  }, [view, follow]);
  usePointers(view, pan, zoom);
  useKeys({
    zoom_in: () => zoom(STEP),
    zoom_out: () => zoom(1 / STEP),
    zoom_fit: fit,
    pan_left: () => pan(PAN_PX, 0),
    pan_right: () => pan(-PAN_PX, 0),
    pan_up: () => pan(0, PAN_PX),
    pan_down: () => pan(0, -PAN_PX),
  });
  /** Brings what has the focus into view. */
  const reveal = useCallback(
    (element: HTMLElement) => {
      const outer = view.current?.getBoundingClientRect();
      if (!outer) return;
      const inner = element.getBoundingClientRect();
      const x =
        Math.max(0, outer.left + MARGIN_PX - inner.left) - Math.max(0, inner.right - outer.right + MARGIN_PX);
      const y =
        Math.max(0, outer.top + MARGIN_PX - inner.top) - Math.max(0, inner.bottom - outer.bottom + MARGIN_PX);
      if (x !== 0 || y !== 0) pan(x, y);
    },
    [view, pan],
  );
  return { camera, fit, reveal, zoomIn: () => zoom(STEP), zoomOut: () => zoom(1 / STEP) };
}

type Zoom = (factor: number, at?: { x: number; y: number }) => void;

/** Drag with one pointer, pinch with two, wheel. */
function usePointers(
  view: RefObject<HTMLElement | null>,
  pan: (x: number, y: number) => void,
  zoom: Zoom,
): void {
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    const place = (event: PointerEvent | WheelEvent) => {
      const { left, top } = element.getBoundingClientRect();
      return { x: event.clientX - left, y: event.clientY - top };
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0 || (event.target as HTMLElement).closest("button")) return;
      down.set(event.pointerId, place(event));
      element.setPointerCapture(event.pointerId);
    };
    const onMove = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      if (!before) return;
      const now = place(event);
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const span = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y);
        zoom(span(now) / Math.max(1, span(before)), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      } else pan(now.x - before.x, now.y - before.y);
      down.set(event.pointerId, now);
    };
    const onUp = (event: PointerEvent) => down.delete(event.pointerId);
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), place(event));
      else pan(-event.deltaX, -event.deltaY);
    };
    element.addEventListener("pointerdown", onDown);
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", onUp);
    element.addEventListener("pointercancel", onUp);
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", onDown);
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerup", onUp);
      element.removeEventListener("pointercancel", onUp);
      element.removeEventListener("wheel", onWheel);
    };
  }, [view, pan, zoom]);
}
