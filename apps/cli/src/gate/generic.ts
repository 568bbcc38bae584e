import { argumentsOf, callOf, type HookFormat, textOf } from "./formats.ts";

/** For programs of one's own: `{"tool": "…", "arguments": {…}}` in, `{"decision": "allow", "reason": "…"}` out. */
export const generic: HookFormat = {
  name: "generic",
  title: "Programs of one's own",
  takes_changes: "instead",
  can_ask: () => true,
  recognises: ({ tool, hook_event_name: event }) => typeof tool === "string" && event === undefined,
  read(input) {
    const tool = textOf(input.tool);
    if (!tool) return null;
    const call = callOf({
      ...{ tool, arguments: argumentsOf(input.arguments), cwd: input.cwd },
      ...{ session: input.session_id, id: input.tool_call_id },
    });
    return { moment: "before", call, key: null };
  },
  write: ({ decision, reason, ...more }) => ({
    decision,
    reason,
    ...("changed" in more && more.changed ? { arguments: more.changed } : {}),
  }),
};
