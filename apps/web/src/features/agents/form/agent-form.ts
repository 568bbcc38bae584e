import type { Agent, DraftData } from "../agent-types.ts";
import type { ConnectionKind } from "../connection.ts";

/** Everything that can be set of an agent, as the fields hold it: nothing is absent, an empty number is null. */
export type AgentForm = {
  name: string;
  description: string;
  tags: string[];
  owner_id: string;
  connection: {
    kind: ConnectionKind;
    command: string;
    args: string;
    cwd: string;
    url: string;
    queue: string;
  };
  provider: string;
  model: string;
  instructions: string;
  memory_blocks: { label: string; value: string; limit: number | null; read_only: boolean }[];
  tools: { name: string; permission: Permission }[];
  /** Null is everything. */
  scopes: string[] | null;
  task_types: string[] | null;
  capacity: { max_tasks: number | null };
  limits: { name: string; amount: number | null }[];
  parameters: { temperature: number | null; max_tokens: number | null; context_window: number | null };
};
export type Permission = "allow" | "ask" | "deny";

const DEFAULT_MAX_TASKS = 10;

/** The fields as a draft or an agent fills them. Pure. */
export function formOf(data: DraftData | Agent): AgentForm {
  const { connection, capacity, parameters } = data;
  // A draft keeps what was typed for each kind; an agent has the fields of its own kind.
  const reach = (connection ?? {}) as NonNullable<DraftData["connection"]>;
  return {
    name: data.name ?? "",
    description: data.description ?? "",
    tags: [...(data.tags ?? [])],
    owner_id: data.owner_id ?? "",
    connection: {
      kind: reach.kind ?? "worker",
      command: reach.command ?? "",
      args: (reach.args ?? []).join("\n"),
      cwd: reach.cwd ?? "",
      url: reach.url ?? "",
      queue: reach.queue ?? "",
    },
    provider: data.provider ?? "",
    model: data.model ?? "",
    instructions: data.instructions ?? "",
    memory_blocks: (data.memory_blocks ?? []).map((block) => ({
      label: block.label ?? "",
      value: block.value ?? "",
      limit: block.limit ?? null,
      read_only: block.read_only ?? false,
    })),
    tools: (data.tools ?? []).map(({ name, permission }) => ({ name, permission })).sort(byName),
    scopes: data.scopes ? [...data.scopes] : null,
    task_types: data.task_types ? [...data.task_types] : null,
    capacity: { max_tasks: capacity ? (capacity.max_tasks ?? null) : DEFAULT_MAX_TASKS },
    limits: Object.entries(data.limits ?? {}).map(([name, amount]) => ({ name, amount })),
    parameters: {
      temperature: parameters?.temperature ?? null,
      max_tokens: parameters?.max_tokens ?? null,
      context_window: parameters?.context_window ?? null,
    },
  };
}

/** Tools stand in one order, so that there and back again is no change. */
export const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

const argsOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

/** What the draft keeps of the fields: also what is half-written. Pure. */
export function draftDataOf(form: AgentForm): DraftData {
  const { scopes, task_types, connection, limits, ...rest } = form;
  return {
    ...rest,
    connection: { ...connection, args: argsOf(connection.args) },
    ...(scopes && { scopes }),
    ...(task_types && { task_types }),
    limits: Object.fromEntries(limits.map(({ name, amount }) => [name.trim(), amount])),
  };
}

/** What is not empty, with the fields that are. */
function filled<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" && value !== null),
  ) as never;
}

/** How it is reached, with the fields of its kind and no others. */
export function connectionOf({ connection }: AgentForm) {
  const { kind, command, args, cwd, url, queue } = connection;
  if (kind === "mcp") return { kind };
  if (kind === "http") return { kind, url: url.trim() };
  if (kind === "worker") return { kind, ...filled({ queue: queue.trim() }) };
  const list = argsOf(args);
  return {
    kind,
    command: command.trim(),
    ...(list.length > 0 && { args: list }),
    ...filled({ cwd: cwd.trim() }),
  };
}

/** The fields as `POST /agents` takes them, before anything is checked. Pure. */
export function inputOf(form: AgentForm): Record<string, unknown> {
  const { owner_id, provider, model, scopes, task_types, parameters, memory_blocks, limits, ...rest } = form;
  return {
    ...rest,
    ...filled({ owner_id, provider: provider.trim(), model: model.trim(), scopes, task_types }),
    connection: connectionOf(form),
    memory_blocks: memory_blocks.map(({ limit, ...block }) => ({ ...block, ...filled({ limit }) })),
    limits: Object.fromEntries(limits.map(({ name, amount }) => [name.trim(), amount])),
    parameters: filled(parameters),
  };
}

/** Fields whose change is reviewed, in the order in which people read them. */
export const REVIEWED = ["tools", "scopes", "task_types", "capacity", "limits"] as const;
/** Fields that owner and admin change at once. */
export const AT_ONCE = [
  "description",
  "tags",
  "connection",
  "provider",
  "model",
  "instructions",
  "memory_blocks",
  "parameters",
] as const;

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Names of the fields that differ, and of those inside of `connection`, `capacity` and `parameters`. Pure. */
export function changedFields(before: AgentForm, now: AgentForm): Set<string> {
  const changed = new Set<string>();
  for (const field of Object.keys(now) as (keyof AgentForm)[]) {
    if (same(before[field], now[field])) continue;
    changed.add(field);
    if (field !== "connection" && field !== "capacity" && field !== "parameters") continue;
    const [then, inside] = [before[field] as Record<string, unknown>, now[field] as Record<string, unknown>];
    for (const name of Object.keys(inside)) {
      if (!same(then[name], inside[name])) changed.add(`${field}.${name}`);
    }
  }
  return changed;
}

/** What of `fields` has changed, as the server takes it: null takes away or is everything. Pure. */
export function changesOf(
  fields: readonly (keyof AgentForm)[],
  form: AgentForm,
  changed: ReadonlySet<string>,
): Record<string, unknown> {
  const input = inputOf(form);
  return Object.fromEntries(
    fields.filter((field) => changed.has(field)).map((field) => [field, input[field] ?? null]),
  );
}

/**
 * What is in the form, moved onto a version that was stored meanwhile: fields that nobody touched here are the new ones,
 * and `clashes` names those that were changed on both sides, which stay as they were typed. One that was there `before`
 * lasts for as long as its field differs from what is stored. Pure.
 */
export function rebased(
  base: AgentForm,
  mine: AgentForm,
  theirs: AgentForm,
  before: readonly (keyof AgentForm)[] = [],
): { taken: Partial<AgentForm>; clashes: (keyof AgentForm)[] } {
  const moved = (Object.keys(theirs) as (keyof AgentForm)[]).filter(
    (field) => !same(base[field], theirs[field]) && !same(mine[field], theirs[field]),
  );
  const free = moved.filter((field) => same(mine[field], base[field]));
  const kept = before.filter((field) => !free.includes(field) && !same(mine[field], theirs[field]));
  return {
    taken: Object.fromEntries(free.map((field) => [field, theirs[field]])),
    clashes: [...new Set([...kept, ...moved.filter((field) => !free.includes(field))])],
  };
}

/** What was opened with what was saved at once over it: permissions are not saved so. Pure. */
export function savedOver(opened: AgentForm, sent: AgentForm): AgentForm {
  return { ...opened, ...Object.fromEntries(AT_ONCE.map((field) => [field, sent[field]])) };
}
