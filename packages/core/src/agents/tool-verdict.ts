import type { AgentEntry } from "./schema.ts";

/** One call of a tool, as its agent tells it. */
export type ToolCall = {
  readonly tool: string;
  /** ACP's kind of the call (`edit`, `execute`), where it is known. */
  readonly kind: string;
  /** Canonical keys of all that it touches. */
  readonly keys: readonly string[];
};

/** A grant that is in force; `resources` null is any. */
export type Grant = {
  readonly id: string;
  readonly tool: string;
  readonly resources: readonly string[] | null;
};

export type ToolVerdict = {
  readonly permission: "allow" | "ask" | "deny";
  /** The grant that allowed it. */
  readonly grant_id: string | null;
};

/** Compile a pattern over names of tools (any case), and one over canonical resource keys. */
export type ToolMatchers = {
  readonly name: (pattern: string) => (text: string) => boolean;
  readonly key: (pattern: string) => (text: string) => boolean;
};

/**
 * May the agent make this call on its own? A `deny` that fits name or kind wins over everything, in any case and by
 * patterns too: what is forbidden stays so however it is spelled. Then a grant, which must cover every resource of the
 * call; a grant for some resources covers no call that names none. Then the tool's own permission by its exact name,
 * and that of its kind. A tool that nobody has decided about is asked for.
 */
export function toolVerdict(
  tools: AgentEntry["tools"],
  grants: readonly Grant[],
  call: ToolCall,
  matchers: ToolMatchers,
): ToolVerdict {
  const isCall = (pattern: string): boolean => {
    const matches = matchers.name(pattern);
    return matches(call.tool) || matches(call.kind);
  };
  if (tools.some(({ name, permission }) => permission === "deny" && isCall(name))) {
    return { permission: "deny", grant_id: null };
  }
  const grant = grants.find(({ tool, resources }) => isCall(tool) && covers(resources, call.keys, matchers));
  if (grant) return { permission: "allow", grant_id: grant.id };
  const own =
    tools.find(({ name }) => name === call.tool) ?? tools.find(({ name }) => name === call.kind) ?? null;
  return { permission: own?.permission ?? "ask", grant_id: null };
}

function covers(
  resources: readonly string[] | null,
  keys: readonly string[],
  { key }: ToolMatchers,
): boolean {
  if (resources === null) return true;
  const allowed = resources.map(key);
  return keys.length > 0 && keys.every((each) => allowed.some((matches) => matches(each)));
}
