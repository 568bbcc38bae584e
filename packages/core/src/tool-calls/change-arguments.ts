import type { TaskConfig } from "../executors/schema.ts";
import { pathsOfCall } from "./places.ts";
import { toolCallParameters } from "./schema.ts";

/**
 * The configuration with other arguments, and with what the agent had asked for beside them. Its own diffs were of its
 * own arguments and would show what will not be, so they go; so does the place of a file that is no longer named. Pure.
 */
export function withArguments(
  config: TaskConfig,
  given: Record<string, unknown>,
  by: { id: string; name: string },
  reason: string,
): TaskConfig {
  const { changed, diffs: _diffs, ...call } = toolCallParameters.parse(config.parameters);
  const bare = { ...call, locations: [], diffs: [] };
  const before = changed?.before ?? call.arguments;
  const named = new Set(pathsOfCall({ ...bare, arguments: given }));
  const gone = pathsOfCall({ ...bare, arguments: call.arguments }).filter((path) => !named.has(path));
  return {
    ...config,
    parameters: {
      ...call,
      arguments: given,
      locations: call.locations.filter(({ path }) => !gone.includes(path)),
      diffs: [],
      changed: { by, reason, before },
    },
  };
}
