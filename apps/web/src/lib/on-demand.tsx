import { type ComponentType, lazy, Suspense } from "react";

/**
 * A component whose code is loaded when it is first shown; nothing stands in its place until then. For what a person
 * asks for (panel, dialog, menu), never for a page's first view.
 */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Lazy = lazy(async () => ({ default: await load() }));
  return function OnDemand(props: P) {
    return (
      <Suspense fallback={null}>
        <Lazy {...props} />
      </Suspense>
    );
  };
}
