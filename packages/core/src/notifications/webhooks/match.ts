import type { LedgerEvent } from "../../ledger/schema.ts";
import { compileGlob, compileNameGlob } from "../../resources/service.ts";
import type { WebhookFilter } from "../schema.ts";
import type { Subject } from "../subject.ts";

/** A subscription as matching sees it. */
export type Listener = {
  readonly id: string;
  readonly events: readonly string[];
  readonly filter: WebhookFilter;
};

/** Whether this subscription wants the event of this task (null: of none). Pure; all that its filter states must hold. */
export function wants(
  listener: Listener,
  event: Pick<LedgerEvent, "event">,
  subject: Subject | null,
): boolean {
  if (!listener.events.includes(event.event)) return false;
  const { task_types, resource_patterns, risk_above } = listener.filter;
  if (!task_types && !resource_patterns && risk_above === undefined) return true;
  if (!subject) return false;
  if (task_types && !task_types.some((pattern) => compileNameGlob(pattern)(subject.type))) return false;
  if (risk_above !== undefined && (subject.risk_score ?? 0) < risk_above) return false;
  return (
    !resource_patterns ||
    resource_patterns.some((pattern) => subject.resource_keys.some(compileGlob(pattern)))
  );
}
