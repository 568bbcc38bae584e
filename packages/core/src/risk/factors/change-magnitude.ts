import type { RESOURCE_ACTIONS } from "../../resources/schema.ts";
import type { canonicalKey } from "../../resources/service.ts";
import { countOf, type FactorValue, logShare } from "./factor-value.ts";
import type { TouchedResource } from "./touched-resource.ts";

type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** A previewed change as far as its size goes. */
export type PreviewedChange = {
  action: string;
  before?: unknown;
  after?: unknown;
  diff?: string | undefined;
  resource?: Parameters<typeof canonicalKey>[0] | undefined;
};

/** Points for the worst action alone. */
const ACTION_POINTS: Readonly<Record<ResourceAction, number>> = {
  read: 0,
  write: 20,
  execute: 40,
  delete: 50,
};

const CHANGES = { full: 50, most: 20 };
const DELETIONS = { full: 10, most: 15 };
const DIFF_LINES = { full: 1000, most: 15 };

const VERBS: Readonly<Record<ResourceAction, readonly string[]>> = {
  read: ["read", "none", "noop", "no-op", "unchanged"],
  write: ["write", "create", "add", "insert", "update", "change", "modify", "set", "patch", "rename", "move"],
  execute: ["execute", "run", "call", "invoke"],
  delete: ["delete", "destroy", "remove", "drop", "truncate", "replace"],
};

/** An executor's verb as one of the four actions; one that nobody knows counts as `execute`: it may do anything. */
export function actionOf(verb: string): ResourceAction {
  const known = Object.entries(VERBS).find(([, verbs]) => verbs.includes(verb.toLowerCase()));
  return (known?.[0] as ResourceAction | undefined) ?? "execute";
}

/**
 * Up to 50 points for the worst action declared or previewed, 20 for the number of changes, 15 for deletions and 15 for
 * the size of the diff, each by logarithm. Without a preview it is the worst case of the task's type (0-100), and never
 * less than its declared actions. A further change, deletion or line never lowers it.
 */
export function changeMagnitude(
  resources: readonly TouchedResource[],
  preview: { readonly changes: readonly PreviewedChange[] } | null,
  worstCase: number,
): FactorValue {
  const declared = resources.flatMap((resource) => [...resource.actions]);
  if (preview === null) {
    return {
      value: Math.min(100, Math.max(worstCase, pointsOf(declared))),
      explanation: "there is no preview, so the worst this type of task can do is assumed",
    };
  }
  const effective = preview.changes.filter((change) => actionOf(change.action) !== "read");
  const actions = effective.map((change) => actionOf(change.action));
  const deletions = actions.filter((action) => action === "delete").length;
  const lines = effective.reduce((sum, change) => sum + changedLines(change), 0);
  const value =
    pointsOf([...declared, ...actions]) +
    logShare(effective.length, CHANGES.full, CHANGES.most) +
    logShare(deletions, DELETIONS.full, DELETIONS.most) +
    logShare(lines, DIFF_LINES.full, DIFF_LINES.most);
  return { value: Math.min(100, value), explanation: explain(effective.length, deletions, lines, declared) };
}

function pointsOf(actions: readonly ResourceAction[]): number {
  return Math.max(0, ...actions.map((action) => ACTION_POINTS[action]));
}

/** Added and removed lines of the diff; without a diff, the lines that before and after have as indented JSON. */
function changedLines(change: PreviewedChange): number {
  if (change.diff !== undefined) {
    return change.diff.split("\n").filter((line) => /^(\+(?!\+\+ )|-(?!-- ))/.test(line)).length;
  }
  return jsonLines(change.before) + jsonLines(change.after);
}

function jsonLines(value: unknown): number {
  if (value === undefined || value === null) return 0;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return text.split("\n").length;
}

function explain(
  changes: number,
  deletions: number,
  lines: number,
  declared: readonly ResourceAction[],
): string {
  if (changes === 0) {
    const worst = (["delete", "execute", "write"] as const).find((action) => declared.includes(action));
    return worst ? `the preview changes nothing, but the task asks for ${worst}` : "changes nothing";
  }
  const parts = [countOf(changes, "change")];
  if (deletions > 0) parts.push(countOf(deletions, "deletion"));
  if (lines > 0) parts.push(`${countOf(lines, "line")} of difference`);
  return parts.join(", ");
}
