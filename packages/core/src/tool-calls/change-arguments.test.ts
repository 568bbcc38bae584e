import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";
import { type Callers, openCallers } from "./tool-calls-fixture.ts";

let core: Callers["core"];
let owner: Callers["owner"];
let agent: Callers["agent"];
let call: Callers["call"];
let ask: Callers["ask"];
let approve: Callers["approve"];
beforeAll(async () => {
  ({ core, owner, agent, call, ask, approve } = await openCallers());
});
afterAll(() => core.dispose());

describe("other arguments", () => {
  const change = (who: Actor, id: string) =>
    core.toolCalls.changeArguments(who, id, {
      arguments: { path: "/repo/safe.txt", content: "new\n" },
      reason: "Not that file.",
    });

  test("are a new revision that shows what was changed and by whom, and which their editor does not approve", async () => {
    const { id } = await ask(call({ takes_changes: true }));
    await change(core.who.reviewer, id);
    const changed = await core.taskIn(id, "REVIEWING");
    expect(changed).toMatchObject({
      revision: 2,
      config: { parameters: { diffs: [], arguments: { path: "/repo/safe.txt" } } },
    });
    const task = await core.tasks.get(agent, id);
    expect(task.preview?.changes[0]?.diff).toContain("/repo/safe.txt");
    expect(task.preview?.warnings[0]).toContain("changed the arguments: Not that file.");
    expect(task.preview?.changes.map(({ resource }) => resource.id)).toEqual(["edit_file", "safe.txt"]);
    expect(task.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(core.who.reviewer.id);
    await approve(core.who.second, id);
    const may = await core.taskIn(id, "APPLYING");
    expect(may.config.parameters.changed).toMatchObject({
      by: { name: core.who.reviewer.name },
      reason: "Not that file.",
    });
    await core.toolCalls.end(agent, id, { outcome: "completed" });
  });

  test("are no secrets: masked, nobody could tell them from the agent's own", async () => {
    const { id } = await ask(call({ takes_changes: true, arguments: { path: "/repo/a", token: "sesame" } }));
    const given = { path: "/repo/b", token: "another" };
    await expect(
      core.toolCalls.changeArguments(core.who.reviewer, id, { arguments: given, reason: "Not that one." }),
    ).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ field: "arguments", issue: expect.stringContaining("(arguments.token)") }],
    });
    expect((await core.tasks.get(agent, id)).revision).toBe(1);
  });

  test("a policy may let their editor approve", async () => {
    await core.policies.create(
      core.who.admin,
      policyInput.parse({
        ...{ name: "Editors may", resource_patterns: ["storage:lenient/**"] },
        ...{ editor_may_approve: true, owner_may_answer: true },
      }),
    );
    const workspace = { name: "lenient", root: "/repo" };
    const { id } = await ask(call({ workspace }));
    await change(owner, id);
    await core.taskIn(id, "REVIEWING");
    await approve(owner, id);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(agent, id, { outcome: "completed" });
  });

  test("are for reviewers who are asked, of tool calls only", async () => {
    const { id } = await ask();
    await expect(change(core.who.author, id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(change(agent, id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const other = await core.reviewing(core.who.author, core.noopTask());
    await expect(change(core.who.reviewer, other.id)).rejects.toMatchObject({ code: "NOT_A_TOOL_CALL" });
  });
});
