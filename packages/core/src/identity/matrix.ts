import type { Actor, Permission, PermissionMatrix, PermissionRow } from "../kernel/actor.ts";

/** All slices' rows in one. */
export type Matrix = ReadonlyMap<string, PermissionRow>;

/** `own` and `assigned` are for the slice to check against the thing that is acted on. */
export type Decision = "yes" | "no" | "own" | "assigned";

/**
 * Joins the rows of all slices. Throws where two slices declare the same action, and for a row that has both `own` and
 * `assigned`: a person with both roles would have both rights, which one answer cannot say.
 */
export function buildMatrix(parts: readonly PermissionMatrix[]): Matrix {
  const matrix = new Map<string, PermissionRow>();
  for (const [action, row] of parts.flatMap((part) => Object.entries(part))) {
    if (matrix.has(action)) throw new Error(`Two slices declare the permission ${action}`);
    const cells = [row.author, row.reviewer, row.admin];
    if (cells.includes("own") && cells.includes("assigned")) {
      throw new Error(`The permission ${action} has both own and assigned`);
    }
    matrix.set(action, row);
  }
  return matrix;
}

/** The names that keys can be narrowed to: every row's scope, sorted. */
export function scopesOf(matrix: Matrix): string[] {
  const names = [...matrix].filter(([, row]) => !row.public).map(([action, row]) => row.scope ?? action);
  return [...new Set(names)].sort();
}

/**
 * May this actor do this at all? The best cell over a person's roles (a person without roles has no rights beyond
 * `everyone` rows), or the agent's or the system's column. A scoped key narrows that, and never widens it, but where the
 * cell is `scope`: that needs a key naming the row's scope, so neither a session nor a key without scopes will do.
 * `null` is somebody who is not signed in.
 */
export function decide(actor: Actor | null, row: PermissionRow, action: string): Decision {
  if (row.public) return "yes";
  if (!actor) return "no";
  if (row.everyone) return "yes";
  const cell = cellOf(actor, row);
  const named = actor.scopes?.some((given) => covers(given, row.scope ?? action));
  if (cell === "scope") return named ? "yes" : "no";
  return actor.scopes === null || named ? cell : "no";
}

/** The decision for an action by name; one without a row is a bug, and denied loudly. */
export function decideAction(matrix: Matrix, actor: Actor | null, action: string): Decision {
  const row = matrix.get(action);
  if (!row) throw new Error(`No permission row for ${action}`);
  return decide(actor, row, action);
}

/** Whether a key's scope (`tasks:write`, or the family `tasks:*`) contains the wanted one. */
export function covers(given: string, wanted: string): boolean {
  return given.endsWith("*") ? wanted.startsWith(given.slice(0, -1)) : given === wanted;
}

const BEST_FIRST: readonly Permission[] = ["yes", "own", "assigned", "scope", "no"];

function cellOf(actor: Actor, row: PermissionRow): Permission {
  if (actor.kind === "agent") return row.agent;
  if (actor.kind !== "user") return row.system;
  const cells = actor.roles.map((role) => row[role]);
  return BEST_FIRST.find((cell) => cells.includes(cell)) ?? "no";
}
