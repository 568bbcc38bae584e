import { describe, expect, test, vi } from "vitest";
import type { Context } from "../context.ts";
import type { Procedures, ToolCall } from "./tool.ts";
import { TOOLS } from "./tools.ts";

const NEVER = new AbortController().signal;

function callWith(procedures: object): ToolCall {
  return {
    context: { closing: NEVER } as Context as ToolCall["context"],
    procedures: procedures as Procedures,
    link: (id) => id,
    signal: NEVER,
    progress: async () => {},
  };
}

describe("acquire_lock", () => {
  const queued = { acquired: false, request_id: "r-1", queue_position: 2, holder: null };

  test("answers with its place after 25 s, well before a client gives the call up", async () => {
    const standing = vi.fn(async () => queued);
    const locks = { acquire: async () => queued, standing };
    expect(await TOOLS.get("acquire_lock")!.run({}, callWith({ locks }))).toEqual(queued);
    expect(standing).toHaveBeenCalledExactlyOnceWith({ id: "r-1", wait_seconds: 25 });
  });
});

describe("wait_for_decision", () => {
  const { input } = TOOLS.get("wait_for_decision")!;
  const id = crypto.randomUUID();

  test("waits 45 s, and never so long that a client gives the call up", () => {
    expect(input.parse({ id })).toMatchObject({ wait_seconds: 45, until: "decision" });
    expect(input.safeParse({ id, wait_seconds: 50 }).success).toBe(true);
    expect(input.safeParse({ id, wait_seconds: 51 }).success).toBe(false);
  });
});

test("no tool stands for an answer to an approval", () => {
  expect([...TOOLS.values()].filter(({ permission }) => permission.startsWith("approval."))).toMatchObject([
    { name: "list_my_approvals", permission: "approval.list" },
  ]);
});
