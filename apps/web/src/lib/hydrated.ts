import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** False on the server and while the browser takes over what it rendered; true from then on. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
