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
  /** Null: any. Where it is one, `tool` is a tool's name and no kind. */
  readonly kind: string | null;
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

/** Keys of tools themselves: which of them a grant is for its `tool` says. */
const TOOLS = "service:tools/";

/** What a call touches beside its tool, of all its keys. */
export const touchedBy = (keys: readonly string[]): string[] => keys.filter((key) => !key.startsWith(TOOLS));

/**
 * May the agent make this call on its own? A `deny` that fits name or kind wins over everything, in any case and by
 * patterns too: what is forbidden stays so however it is spelled. Then a grant, which must cover every resource of the
 * call; a grant for some resources covers no call that names nothing but its tool. Then the tool's own permission by its
 * exact name. Then an `ask` that fits as a `deny` does: a kind that is allowed lets nothing pass that somebody wants to
 * be asked about. Then what its kind is allowed. A tool that nobody has decided about is asked for.
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
  const isSaid = (wanted: "deny" | "ask"): boolean =>
    tools.some(({ name, permission }) => permission === wanted && isCall(name));
  const isGranted = ({ tool, kind, resources }: Grant): boolean =>
    (kind === null ? isCall(tool) : kind === call.kind && matchers.name(tool)(call.tool)) &&
    covers(resources, call.keys, matchers);
  if (isSaid("deny")) return { permission: "deny", grant_id: null };
  const grant = grants.find(isGranted);
  if (grant) return { permission: "allow", grant_id: grant.id };
  const named = tools.find(({ name }) => name === call.tool);
  if (named) return { permission: named.permission, grant_id: null };
  const ofKind = isSaid("ask") ? undefined : tools.find(({ name }) => name === call.kind);
  return { permission: ofKind?.permission ?? "ask", grant_id: null };
}

function covers(
  resources: readonly string[] | null,
  keys: readonly string[],
  { key }: ToolMatchers,
): boolean {
  if (resources === null) return true;
  const touched = touchedBy(keys);
  const allowed = resources.map(key);
  return touched.length > 0 && touched.every((each) => allowed.some((matches) => matches(each)));
}
