import { compileNameGlob } from "../../resources/service.ts";
import { TOOL_KINDS } from "../schema.ts";
import { inOrder, type SettableFields } from "../store.ts";
import { summarise } from "../summary.ts";
import { toolVerdict } from "../tool-verdict.ts";

/** What a task of type `agent.settings` changes, as an agent has it. */
export type Permissions = Pick<SettableFields, "tools" | "scopes" | "task_types" | "capacity" | "limits">;

export function permissionsOf({ tools, scopes, task_types, capacity, limits }: Permissions): Permissions {
  return { tools: inOrder(tools), scopes, task_types, capacity: { max_tasks: capacity.max_tasks }, limits };
}

export function sentenceOf(name: string, { capacity, ...rest }: Permissions): string {
  return summarise({ name, ...rest, max_tasks: capacity.max_tasks }).sentence;
}

/** Permissions as lines, sorted where order means nothing, so that a diff of two shows what really changed. */
export function permissionsText(name: string, permissions: Permissions): string {
  const { tools, scopes, task_types, capacity, limits } = permissions;
  const byName = <T extends { name: string }>(items: readonly T[]): T[] =>
    items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    sentenceOf(name, permissions),
    "",
    ...block(
      "tools",
      byName(tools).map((tool) => `${tool.name}: ${tool.permission}`),
      "none decided: every one asks",
    ),
    ...block(
      "resources",
      scopes?.toSorted().map((each) => `- ${each}`),
      "none",
    ),
    ...block(
      "task types",
      task_types?.toSorted().map((each) => `- ${each}`),
      "none",
    ),
    `tasks at once: ${capacity.max_tasks}`,
    ...block(
      "limits",
      byName(Object.entries(limits).map(([limit, value]) => ({ name: limit, value }))).map(
        (limit) => `${limit.name}: ${limit.value}`,
      ),
      "none",
    ),
    "",
  ].join("\n");
}

/** Without lines it is everything; an empty list is what `empty` says. */
function block(title: string, lines: readonly string[] | undefined, empty: string): string[] {
  if (!lines) return [`${title}: every one`];
  return lines.length === 0 ? [`${title}: ${empty}`] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

const LOOSENESS = { deny: 0, ask: 1, allow: 2 } as const;

/** In what an agent may do more afterwards, in words for whoever reviews it; empty where it may do less or the same. */
export function widenings(before: Permissions, after: Permissions): string[] {
  const more = Object.entries(before.limits).flatMap(([limit, value]) => {
    const next = after.limits[limit];
    if (next === undefined) return [`Its limit of ${limit} falls away.`];
    return next > value ? [`Its limit of ${limit} rises from ${value} to ${next}.`] : [];
  });
  return [
    ...looserTools(before, after),
    ...widened("touch", before.scopes, after.scopes, "any resource"),
    ...widened("propose", before.task_types, after.task_types, "tasks of any type"),
    ...(after.capacity.max_tasks > before.capacity.max_tasks
      ? [`It may work on ${after.capacity.max_tasks} tasks at once, not ${before.capacity.max_tasks}.`]
      : []),
    ...more,
  ];
}

/**
 * By what each call would be told, not by what is written: a tool that is struck from the list goes by its kind, and a
 * pattern by its own text, which it fits.
 */
function looserTools(before: Permissions, after: Permissions): string[] {
  const verdictIn = ({ tools }: Permissions, tool: string, kind: string) =>
    toolVerdict(tools, [], { tool, kind, keys: [] }, MATCHERS).permission;
  const names = new Set([...before.tools, ...after.tools].map(({ name }) => name));
  const isKind = (name: string): boolean => TOOL_KINDS.some((kind) => kind === name);
  return inOrder([...names].map((name) => ({ name, permission: "ask" }))).flatMap(({ name }) => {
    const looser = (isKind(name) ? [name] : TOOL_KINDS).flatMap((kind) => {
      const [was, will] = [verdictIn(before, name, kind), verdictIn(after, name, kind)];
      return LOOSENESS[will] > LOOSENESS[was] ? [{ kind, will }] : [];
    });
    return (["allow", "ask"] as const).flatMap((will) => {
      const kinds = looser.filter((each) => each.will === will).map(({ kind }) => kind);
      if (kinds.length === 0) return [];
      const isEvery = isKind(name) || kinds.length === TOOL_KINDS.length;
      const where = isEvery ? "" : `, where it is of kind ${kinds.join(" or ")}`;
      return will === "allow"
        ? [`It may use ${name} on its own${where}.`]
        : [`It may ask to use ${name}, which was denied${where}.`];
    });
  });
}

const MATCHERS = { name: compileNameGlob, key: compileNameGlob };

function widened(
  verb: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
  everything: string,
): string[] {
  if (before === null) return [];
  if (after === null) return [`It may ${verb} ${everything}.`];
  const added = after.filter((pattern) => !before.includes(pattern));
  return added.length > 0 ? [`It may ${verb} ${added.join(", ")} too.`] : [];
}
