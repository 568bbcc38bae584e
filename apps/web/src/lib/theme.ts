import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const STORED = "ade.theme";

/** Runs before the first paint, so that no page flashes in the other theme; follows the system while asked to. */
export const THEME_SCRIPT = `(()=>{const d=document.documentElement,m=matchMedia("(prefers-color-scheme: dark)");
window.__theme=()=>{let t="system";try{t=localStorage.getItem("${STORED}")||t}catch{}d.classList.toggle("dark",t==="dark"||t==="system"&&m.matches)};
m.addEventListener("change",window.__theme);addEventListener("storage",window.__theme);window.__theme()})();`;

const listeners = new Set<() => void>();

function stored(): Theme {
  const theme = localStorage.getItem(STORED);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(STORED, theme);
  (globalThis as { __theme?: () => void }).__theme?.();
  for (const listener of listeners) listener();
}

/** The theme that was chosen in this browser. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stored,
    () => "system" as const,
  );
}
