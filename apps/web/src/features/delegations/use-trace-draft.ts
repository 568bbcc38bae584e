import { useEffect, useState } from "react";
import { useUrlState } from "#lib/url-state.ts";
import type { TraceDraft } from "./trace-input.ts";

/** Typing is not written into the address letter by letter. */
const SETTLE_MS = 400;
const RISK = 60;

type Defaults = Pick<TraceDraft, "type" | "resource">;

/** What is tried, kept in the address so that it can be sent to somebody. */
export function useTraceDraft(defaults: Defaults): [TraceDraft, (change: Partial<TraceDraft>) => void] {
  const { text, list, set } = useUrlState();
  const [changes, setChanges] = useState<Partial<TraceDraft>>({});
  const risk = text("risk");
  const draft: TraceDraft = {
    ...{ owner: text("of"), author: text("by") },
    ...{ type: text("type") || defaults.type, resource: text("resource") || defaults.resource },
    ...{
      risk: /^\d{1,3}$/.test(risk) ? Math.min(100, Number(risk)) : RISK,
      tags: list("tag"),
      at: text("at"),
    },
    ...changes,
  };
  useEffect(() => {
    if (Object.keys(changes).length === 0) return;
    const timer = setTimeout(() => {
      const { owner, author, type, resource, tags, at } = changes;
      set({
        ...(owner !== undefined && { of: owner }),
        ...(author !== undefined && { by: author }),
        ...(type !== undefined && { type }),
        ...(resource !== undefined && { resource }),
        ...(changes.risk !== undefined && { risk: String(changes.risk) }),
        ...(tags !== undefined && { tag: tags }),
        ...(at !== undefined && { at }),
      });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [changes, set]);
  return [draft, (change) => setChanges((before) => ({ ...before, ...change }))];
}
