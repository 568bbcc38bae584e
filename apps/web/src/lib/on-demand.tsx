import { type ComponentType, lazy, Suspense } from "react";
import { useHydrated } from "./hydrated.ts";

const RETRY_MS = 1000;

/** Loads until it succeeds: while the server is away, nothing stands in the component's place. */
async function insist<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/**
 * A component whose code is loaded when it is first shown; nothing stands in its place until then. For what a person
 * asks for (panel, dialog, menu), never for a page's first view: the server leaves it out.
 */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Lazy = lazy(async () => ({ default: await insist(load) }));
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each module, outside of components
  return function OnDemand(props: P) {
    return useHydrated() ? (
      <Suspense fallback={null}>
        <Lazy {...props} />
      </Suspense>
    ) : null;
  };
}
