import { decideAction } from "@ade/core/identity/service";
import { errors } from "@ade/core/kernel/errors";
import type { Resource, ResourceTemplate } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { validationDetails } from "../validation-details.ts";
import { type KeyContext, type Procedures, permissionOf } from "./tool.ts";

const JSON_TYPE = "application/json";
/** So many of each kind a page of the list holds. */
const PAGE = 50;

type Kind = Pick<ResourceTemplate, "name" | "title" | "description"> & {
  /** With `{id}`, or without where there is but one. */
  uri: string;
  procedure: string;
  read(procedures: Procedures, id: string): Promise<unknown>;
};

/** What can be read by address; each by the procedure, and with the right, of the REST call of the same purpose. */
const KINDS: readonly Kind[] = [
  {
    uri: "ade://task-types",
    name: "task-types",
    title: "Types of task",
    description: "What can be proposed: each type with the JSON Schema of its parameters and an example.",
    procedure: "executors.list",
    read: (procedures) => procedures.executors.list(),
  },
  {
    uri: "ade://tasks/{id}",
    name: "task",
    title: "Task",
    description: "Everything about one task.",
    procedure: "tasks.get",
    read: (procedures, id) => procedures.tasks.get({ id }),
  },
  {
    uri: "ade://tasks/{id}/preview",
    name: "task-preview",
    title: "Preview of a task",
    description: "What applying it would change.",
    procedure: "tasks.preview",
    read: (procedures, id) => procedures.tasks.preview({ id }),
  },
  {
    uri: "ade://tasks/{id}/locks",
    name: "task-locks",
    title: "Locks of a task",
    description: "Locks that it holds, and who holds what it needs.",
    procedure: "tasks.locks",
    read: (procedures, id) => procedures.tasks.locks({ id }),
  },
  {
    uri: "ade://locks/requests/{id}",
    name: "lock-request",
    title: "Your place in a lock's queue",
    description: "Where a request of yours stands; reading it keeps the place.",
    procedure: "locks.standing",
    read: (procedures, id) => procedures.locks.standing({ id }),
  },
  {
    uri: "ade://locks/{id}",
    name: "lock",
    title: "Held lock",
    description: "A held lock, its holder and its queue.",
    procedure: "locks.get",
    read: (procedures, id) => procedures.locks.get({ id }),
  },
];

function mayRead(context: KeyContext, procedure: string): boolean {
  return decideAction(context.matrix, context.actor, permissionOf(procedure)) !== "no";
}

/** Templates of what this caller may read. */
export function templatesFor(context: KeyContext): ResourceTemplate[] {
  return KINDS.filter(({ uri, procedure }) => uri.includes("{") && mayRead(context, procedure)).map(
    ({ uri, name, title, description }) => ({
      ...{ uriTemplate: uri, name, mimeType: JSON_TYPE },
      ...(title && { title }),
      ...(description && { description }),
    }),
  );
}

const listCursor = z
  .string()
  .max(600)
  .regex(/^(tasks|locks):/);

/**
 * A page of what this caller may read: the types, then its tasks, newest first, then (for whoever may list them) the
 * locks that are held. @throws VALIDATION_ERROR for a cursor of somewhere else
 */
export async function listResources(
  context: KeyContext,
  procedures: Procedures,
  given: string | undefined,
): Promise<{ resources: Resource[]; nextCursor?: string }> {
  const cursor = listCursor.optional().safeParse(given);
  if (!cursor.success) throw errors.VALIDATION_ERROR({ details: validationDetails(cursor.error, given) });
  const [section = "tasks", after = ""] = cursor.data?.split(/:(.*)/s) ?? [];
  const page = { limit: PAGE, ...(after && { cursor: after }) };
  const resources: Resource[] = [];
  if (section === "tasks") {
    if (given === undefined && mayRead(context, "executors.list")) resources.push(...fixed());
    if (mayRead(context, "tasks.list")) {
      const { tasks, pagination } = await procedures.tasks.list(page);
      resources.push(...tasks.map(({ id, config, state }) => taskResource(id, config.description, state)));
      if (pagination.next_cursor) return { resources, nextCursor: `tasks:${pagination.next_cursor}` };
    }
    return mayRead(context, "locks.list") ? { resources, nextCursor: "locks:" } : { resources };
  }
  const { locks, pagination } = await procedures.locks.list(page);
  resources.push(...locks.map(({ id, key, mode }) => lockResource(id, key, mode)));
  return pagination.next_cursor
    ? { resources, nextCursor: `locks:${pagination.next_cursor}` }
    : { resources };
}

function fixed(): Resource[] {
  return KINDS.filter(({ uri }) => !uri.includes("{")).map(({ uri, name, title, description }) => ({
    ...{ uri, name, mimeType: JSON_TYPE },
    ...(title && { title }),
    ...(description && { description }),
  }));
}

function taskResource(id: string, description: string, state: string): Resource {
  const [title = ""] = description.split("\n");
  return {
    uri: `ade://tasks/${id}`,
    name: id,
    title: title.slice(0, 200),
    description: state,
    mimeType: JSON_TYPE,
  };
}

function lockResource(id: string, key: string, mode: string): Resource {
  return { uri: `ade://locks/${id}`, name: id, title: key, description: mode, mimeType: JSON_TYPE };
}

/** One resource. @throws NOT_FOUND for an address of no kind; what its procedure throws */
export async function readResource(procedures: Procedures, uri: string) {
  for (const kind of KINDS) {
    const id = idIn(kind.uri, uri);
    if (id === null) continue;
    const text = JSON.stringify(await kind.read(procedures, id), null, 2);
    return { contents: [{ uri, mimeType: JSON_TYPE, text }] };
  }
  throw errors.NOT_FOUND({ message: "There is no resource at this address.", details: { uri } });
}

/** What stands for `{id}`, "" where there is none to find, null where the address is another. */
function idIn(pattern: string, uri: string): string | null {
  const [before = "", after] = pattern.split("{id}");
  if (after === undefined) return uri === before ? "" : null;
  if (!uri.startsWith(before) || !uri.endsWith(after)) return null;
  const id = uri.slice(before.length, uri.length - after.length);
  return id === "" || id.includes("/") ? null : id;
}
