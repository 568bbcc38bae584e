import { type RefObject, useEffect, useRef } from "react";

/**
 * Says that the rows must stay where they are: while the mouse is over them, one of them has the focus, or somebody has
 * scrolled into them.
 */
export function useStillness(
  scroller: RefObject<HTMLElement | null>,
  onStill: (isStill: boolean) => void,
): void {
  const held = useRef({ pointer: false, focus: false, scroll: false });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const note = (change: Partial<typeof held.current>) => {
      Object.assign(held.current, change);
      const { pointer, focus, scroll } = held.current;
      onStill(pointer || focus || scroll);
    };
    const stop = new AbortController();
    const on = (name: string, listen: (event: Event) => void) =>
      element.addEventListener(name, listen, { signal: stop.signal, passive: true });
    on("pointerenter", (event) => note({ pointer: (event as PointerEvent).pointerType === "mouse" }));
    on("pointerleave", () => note({ pointer: false }));
    on("focusin", () => note({ focus: true }));
    on("focusout", () => note({ focus: false }));
    on("scroll", () => note({ scroll: element.scrollTop > 0 }));
    return () => {
      stop.abort();
      onStill(false);
    };
  }, [scroller, onStill]);
}
