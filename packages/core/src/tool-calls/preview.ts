import type { Change, Preview } from "../executors/schema.ts";
import { unifiedDiff } from "../executors/service.ts";
import { unseenIn } from "../kernel/unseen.ts";
import { type CallFile, filesOfCall, keyOf, resourcesOfCall } from "./resources.ts";
import type { ToolCallParameters } from "./schema.ts";

/**
 * What is shown of a call to those who decide on it: itself first, then every file, with each of its changes in the order
 * in which they are made, then where it calls. Pure.
 */
export function previewOfCall(call: ToolCallParameters): Preview {
  const [tool, ...touched] = resourcesOfCall(call);
  const files = filesOfCall(call);
  const ofFile = new Map(files.map(({ path, resource }) => [path, keyOf(resource)]));
  return {
    valid: true,
    changes: [
      changeOfTool(call, tool!),
      ...touched.flatMap((resource): Change[] => {
        const diffs = call.diffs.filter(({ path }) => ofFile.get(path) === keyOf(resource));
        if (diffs.length === 0) return [{ resource, action: VERBS[call.kind] ?? "execute" }];
        return diffs.map((diff) => changeOfFile(call, resource, diff));
      }),
    ],
    warnings: [...unseenWarnings(call), ...warningsOf(call), ...sharedNames(files)],
    errors: [],
    affected_services: [],
  };
}

function changeOfFile(
  { kind }: ToolCallParameters,
  resource: Change["resource"],
  { path, old_text, new_text }: ToolCallParameters["diffs"][number],
): Change {
  const written = old_text === null ? "create" : "write";
  return {
    resource,
    // A deletion is one, whatever text comes with it.
    action: kind === "delete" || kind === "move" ? kind : written,
    diff: unifiedDiff(path, old_text, new_text),
  };
}

/** Names do not tell upper and lower case apart: what is decided about one of these files is decided about the other. */
function sharedNames(files: readonly CallFile[]): string[] {
  const byKey = Map.groupBy(files, ({ resource }) => keyOf(resource));
  return [...byKey.values()].flatMap((same) => {
    const different = same.filter(({ place }, at) => same.findIndex((each) => each.place === place) === at);
    if (different.length < 2) return [];
    const paths = different.map(({ path }) => path).join(" and ");
    return [`${paths} are one name here, and may be ${different.length} files`];
  });
}

/** As risk and reviewers read them. */
const VERBS: Partial<Record<ToolCallParameters["kind"], string>> = {
  read: "read",
  search: "read",
  think: "read",
  fetch: "read",
  switch_mode: "read",
  edit: "write",
  delete: "delete",
  move: "move",
};

function changeOfTool(call: ToolCallParameters, resource: Change["resource"]): Change {
  const { tool, kind, title, changed } = call;
  const action = VERBS[kind] === "read" ? "read" : "execute";
  const after = { tool, kind, title, arguments: call.arguments };
  if (!changed) return { resource, action, after };
  return {
    resource,
    action,
    before: { ...after, arguments: changed.before },
    after,
    diff: unifiedDiff("arguments.json", asLines(changed.before), asLines(call.arguments)),
  };
}

const MAX_NAMED = 5;

/** A call can look like another one: what is not seen of it, or turns around what is, is said first. */
function unseenWarnings(call: ToolCallParameters): string[] {
  const places: Record<string, readonly string[]> = {
    title: [call.title],
    "tool's name": [call.tool],
    arguments: textsOf(call.arguments),
    files: [
      ...call.locations.map(({ path }) => path),
      ...call.diffs.flatMap(({ path, old_text, new_text }) => [path, old_text ?? "", new_text]),
    ],
  };
  return Object.entries(places).flatMap(([place, texts]) => {
    const names = [...new Set(texts.flatMap(unseenIn))].slice(0, MAX_NAMED);
    return names.length > 0
      ? [`Characters that can't be seen stand in its ${place}: ${names.join(", ")}`]
      : [];
  });
}

/** Every text in a value, names of its fields too. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [name, ...textsOf(part)]);
}

function warningsOf({ changed, takes_changes, notes, reports_end }: ToolCallParameters): string[] {
  return [
    ...(changed ? [`${changed.by.name} changed the arguments: ${changed.reason}`] : []),
    ...(changed && !takes_changes
      ? [
          "This agent can't be given other arguments: an approval tells it no, and which ones to ask with again",
        ]
      : []),
    ...notes,
    ...(reports_end ? [] : ["This agent doesn't say how its calls end: the record ends with the permission"]),
  ];
}

const asLines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
