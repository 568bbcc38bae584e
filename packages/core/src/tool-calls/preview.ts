import type { Change, Preview } from "../executors/schema.ts";
import { unifiedDiff } from "../executors/service.ts";
import { resourcesOfCall } from "./resources.ts";
import type { ToolCallParameters } from "./schema.ts";

/** What is shown of a call to those who decide on it: itself first, then every file with its diff. Pure. */
export function previewOfCall(call: ToolCallParameters): Preview {
  const [tool, ...touched] = resourcesOfCall(call);
  const byPath = new Map(
    call.diffs.map((diff) => [
      keyOf(resourcesOfCall({ ...call, locations: [], arguments: {}, diffs: [diff] })[1]),
      diff,
    ]),
  );
  const files = touched.map((resource): Change => {
    const diff = byPath.get(keyOf(resource));
    if (!diff) return { resource, action: VERBS[call.kind] ?? "execute" };
    return {
      resource,
      action: diff.old_text === null ? "create" : "write",
      diff: unifiedDiff(diff.path, diff.old_text, diff.new_text),
    };
  });
  return {
    valid: true,
    changes: [changeOfTool(call, tool!), ...files],
    warnings: warningsOf(call),
    errors: [],
    affected_services: [],
  };
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

const keyOf = (resource: { namespace?: string | undefined; id: string } | undefined) =>
  `${resource?.namespace}/${resource?.id}`;

const asLines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
