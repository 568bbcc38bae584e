/** What an agent is allowed to propose; null is everything. */
export type Allowance = {
  readonly paused: boolean;
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
  | { readonly ok: false; readonly why: "paused" | "type" }
  | { readonly ok: false; readonly why: "resources"; readonly keys: readonly string[] };

/** May this agent propose a task of this type over these canonical resource keys? */
export function mayPropose(
  allowance: Allowance,
  type: string,
  keys: readonly string[],
  matchers: Matchers,
): Verdict {
  if (allowance.paused) return { ok: false, why: "paused" };
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
