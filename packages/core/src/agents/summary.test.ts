import { expect, test } from "vitest";
import { type Permitted, summarise } from "./summary.ts";

const agent: Permitted = {
  name: "robot",
  tools: [],
  scopes: null,
  task_types: null,
  limits: {},
  max_tasks: 10,
};
const tool = (name: string, permission: "allow" | "ask" | "deny") => ({ name, permission });

test("says what an agent may do on its own, what needs a person, and what it never may", () => {
  const summary = summarise(
    {
      ...agent,
      tools: [tool("read_file", "allow"), tool("run_command", "ask"), tool("git_push", "deny")],
      scopes: ["service:prod/*"],
      task_types: ["test.*"],
      limits: {
        ...{ tasks_per_hour: 20, tool_calls_per_day: 1, tokens_per_day: 2_000_000 },
        ...{ usd_per_hour: 0.5, context_window: 200_000 },
      },
      max_tasks: 1,
    },
    [{ name: "read_file", title: "Read files", risk: "low" }],
  );
  expect(summary.sentence).toBe(
    "robot may use Read files on its own, asks a person before run_command and any tool not named here, and may never use git_push. It may propose tasks of type test.* on service:prod/*, up to 1 at once; policies decide who approves.",
  );
  expect(summary.alone).toEqual([
    "Read files",
    "Propose tasks of type test.* on service:prod/*",
    "Work on up to 1 task at once",
  ]);
  expect(summary.needs_person).toContain("Any tool that nobody has decided about");
  expect(summary.never).toEqual([
    ...["git_push", "Propose other tasks than test.*", "Touch anything but service:prod/*"],
    ...["Propose more than 20 tasks per hour", "Propose more than 1 tool call per day", "Approve anything"],
  ]);
  // Nothing here counts tokens: that it never exceeds them is not promised.
  expect(summary.told).toEqual(["2,000,000 tokens per day", "0.5 USD per hour", "context window: 200,000"]);
});

test("of an agent that nothing was decided about, everything asks; one without types or resources proposes nothing", () => {
  expect(summarise(agent).sentence).toContain("may use no tool on its own, asks a person before any tool");
  for (const none of [{ scopes: [] }, { task_types: [] }]) {
    const summary = summarise({ ...agent, name: " ", ...none });
    expect(summary.sentence).toMatch(/^This agent .* It may propose no task\.$/);
    expect(summary.never).toContain("Propose a task");
    expect(summary.alone.join()).not.toContain("Propose");
  }
});

test("names a few of many tools and counts the rest", () => {
  const tools = Array.from({ length: 30 }, (_, index) => tool(`tool_${index}`, "allow"));
  expect(summarise({ ...agent, tools }).sentence).toContain("tool_4 and 25 more on its own");
});
