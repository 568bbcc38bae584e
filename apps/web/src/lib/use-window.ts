import { type RefObject, useEffect, useState } from "react";

const OVERSCAN = 8;

/** Which rows of a fixed height are in view of a scrolling element, with a few around them: fewer of tall ones. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  overscan = OVERSCAN,
) {
  const [first, setFirst] = useState(0);
  const [visible, setVisible] = useState(30);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      setFirst(Math.floor(element.scrollTop / rowHeight));
      setVisible(Math.ceil(element.clientHeight / rowHeight) + 1);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, rowHeight]);
  return { from: Math.max(0, first - overscan), to: Math.min(count, first + visible + overscan) };
}
