import type { ChangedCall } from "@ade/client";
import type {
  AnyResponse,
  JsonRpcId,
  PermissionOption,
  PermissionOptionKind,
} from "@agentclientprotocol/sdk";

/** What the agent is told, before it is said in the protocol's words. */
export type Decision =
  | { kind: "allow"; by: string; reason: string | null; task_id: string }
  | { kind: "refuse"; reason: string; task_id: string | null; changed?: ChangedCall }
  | { kind: "cancelled" };

/** Beyond the protocol's own words; whoever knows it can tell its model why. */
const META = "community-ade";
const REFUSED = -32000;

/**
 * The answer to one request for permission. An option is chosen by its kind, never by its id: one call is allowed or
 * refused, whatever else is offered, so that the next one is asked about again and every grant stays revocable here.
 * `cancelled` says that the turn was. Where the kind is not offered the answer is an error, which no agent runs. Pure.
 */
export function answerTo(
  id: JsonRpcId,
  options: readonly Pick<PermissionOption, "kind" | "optionId">[],
  decision: Decision,
): AnyResponse {
  if (decision.kind === "cancelled")
    return { jsonrpc: "2.0", id, result: { outcome: { outcome: "cancelled" } } };
  const wanted: PermissionOptionKind = decision.kind === "allow" ? "allow_once" : "reject_once";
  const option = options.find(({ kind }) => kind === wanted);
  const meta = { [META]: metaOf(decision) };
  if (option) {
    const outcome = { outcome: "selected", optionId: option.optionId };
    return { jsonrpc: "2.0", id, result: { outcome, _meta: meta } };
  }
  const message =
    decision.kind === "allow"
      ? "Approved, but this agent offers no way to allow a single call."
      : `Refused: ${decision.reason}`;
  return { jsonrpc: "2.0", id, error: { code: REFUSED, message, data: meta } };
}

/** True where an approval of one call can be said with these options. */
export const canAllowOnce = (options: readonly Pick<PermissionOption, "kind">[]): boolean =>
  options.some(({ kind }) => kind === "allow_once");

function metaOf(decision: Exclude<Decision, { kind: "cancelled" }>): Record<string, unknown> {
  const { task_id, reason } = decision;
  const common = { ...(task_id ? { task_id } : {}), ...(reason ? { reason } : {}) };
  if (decision.kind === "allow") return { decision: "approved", by: decision.by, ...common };
  const { changed } = decision;
  return { decision: "refused", ...common, ...(changed ? { changed_arguments: changed.arguments } : {}) };
}
