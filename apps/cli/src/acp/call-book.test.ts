import type { RequestPermissionRequest } from "@agentclientprotocol/sdk";
import { expect, test } from "vitest";
import { createCallBook, toolCallOf } from "./call-book.ts";

const request = (toolCall: object = {}) =>
  ({
    sessionId: "s",
    toolCall: { toolCallId: "c", ...toolCall },
    options: [],
  }) as unknown as RequestPermissionRequest;
const more = { workspace: undefined, wait_seconds: 60, timeout_seconds: 60 };
const large = "x".repeat(300_000);
const diff = (path: string, newText: string) => ({ type: "diff" as const, path, oldText: null, newText });

test("a change too large to be remembered is still a change of its file, and reviewers are told", () => {
  const book = createCallBook();
  book.note("s", { toolCallId: "c", kind: "edit", content: [diff("/etc/cron.d/x", large)] });
  book.note("s", { toolCallId: "c", locations: [{ path: "README.md" }] });
  const call = toolCallOf(request(), book.of(request()), more);
  expect(call).toMatchObject({
    kind: "edit",
    locations: [{ path: "README.md" }, { path: "/etc/cron.d/x" }],
    diffs: [],
    notes: ["Its changes are too large to be shown here"],
  });
});

test("what the request brings along itself is shown, beside what was forgotten before", () => {
  const book = createCallBook();
  book.note("s", { toolCallId: "c", content: [diff("a", large)] });
  const asked = request({ content: [diff("b", "new")] });
  const call = toolCallOf(asked, book.of(asked), more);
  expect(call.diffs).toEqual([{ path: "b", old_text: null, new_text: "new" }]);
  expect(call.locations).toEqual([{ path: "a" }]);
});

test("of a large input the beginning stays, so that its path is not lost", () => {
  const book = createCallBook();
  book.note("s", { toolCallId: "c", rawInput: { path: "/etc/passwd", content: large, lines: 3 } });
  const call = toolCallOf(request(), book.of(request()), more);
  expect(call.arguments).toEqual({ path: "/etc/passwd", content: large.slice(0, 4_096), lines: 3 });
  expect(call.notes).toEqual(["Only the beginning of its arguments is shown"]);
});
