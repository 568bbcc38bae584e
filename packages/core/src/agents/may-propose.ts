/** Type of the tasks that ask for one call of a tool. */
export const TOOL_CALL_TYPE = "agent.tool_call";

/** What an agent is allowed to propose; null is everything. */
export type Allowance = {
  readonly paused: boolean;
  readonly draining: boolean;
  readonly task_types: readonly string[] | null;
  readonly scopes: readonly string[] | null;
};

/** Compile a pattern over task types, and one over canonical resource keys. */
export type Matchers = {
  readonly type: (pattern: string) => (text: string) => boolean;
  readonly key: (pattern: string) => (text: string) => boolean;
};

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: "paused" | "draining" | "type" }
  | { readonly ok: false; readonly why: "resources"; readonly keys: readonly string[] };

/**
 * May this agent propose a task of this type over these canonical resource keys? `begun`: the task is one that it has.
 * While it drains it ends what it has, and asks for the calls that it needs for that.
 */
export function mayPropose(
  allowance: Allowance,
  type: string,
  keys: readonly string[],
  matchers: Matchers,
  begun = false,
): Verdict {
  if (allowance.paused) return { ok: false, why: "paused" };
  if (allowance.draining && !begun && type !== TOOL_CALL_TYPE) return { ok: false, why: "draining" };
  const { task_types, scopes } = allowance;
  if (task_types && !task_types.some((pattern) => matchers.type(pattern)(type))) {
    return { ok: false, why: "type" };
  }
  if (scopes) {
    const allowed = scopes.map(matchers.key);
    const beyond = keys.filter((key) => !allowed.some((matches) => matches(key)));
    if (beyond.length > 0) return { ok: false, why: "resources", keys: beyond };
  }
  return { ok: true };
}
