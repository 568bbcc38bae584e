import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { policyInput } from "../policies/schema.ts";
import type { ToolCallInput } from "./schema.ts";
import { type Callers, openCallers } from "./tool-calls-fixture.ts";

let core: Callers["core"];
let owner: Callers["owner"];
let agentWith: Callers["agentWith"];
let call: Callers["call"];
let ask: Callers["ask"];
let approve: Callers["approve"];
beforeAll(async () => {
  ({ core, owner, agentWith, call, ask, approve } = await openCallers());
});
afterAll(() => core.dispose());

describe("who decides", () => {
  test("a tool that the agent's settings deny is refused at once, and nothing is kept", async () => {
    const denied = await agentWith({ tools: [{ name: "edit_file", permission: "deny" }] });
    const refused = core.gate.propose(denied, { config: call(), metadata: { tags: [] } });
    await expect(refused).rejects.toMatchObject({ code: "AGENT_TOOL_DENIED", status: 403 });
    const { tasks } = await core.tasks.list(denied, {
      ...{ page: 1, limit: 10, sort_by: "created_at", sort_order: "desc" },
    });
    expect(tasks).toEqual([]);
  });

  test("an allowed one passes by itself, says why, and a policy that demands people beats it", async () => {
    const allowed = await agentWith({ tools: [{ name: "edit", permission: "allow" }] });
    const passed = await ask(call(), allowed);
    expect(["APPROVED", "APPLYING"]).toContain(passed.state);
    const record = await core.read(passed.id);
    expect(record.requirements).toMatchObject([{ id: "allowed", auto_approved: true, candidates: [] }]);
    await core.taskIn(passed.id, "APPLYING");
    await core.toolCalls.end(allowed, passed.id, { outcome: "completed" });
    await core.policies.create(
      core.who.admin,
      policyInput.parse({ name: "Infra", resource_patterns: ["storage:work/infra/**"] }),
    );
    const path = "/repo/infra/main.tf";
    const held = await ask(call({ arguments: { path }, diffs: [] }), allowed);
    expect(held.state).toBe("REVIEWING");
    // The policy does not say that the owner may answer.
    expect(held.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(owner.id);
  });

  test("a grant lets it pass, each hit is counted, and once revoked people are asked again", async () => {
    const granted = await agentWith({});
    const other = await core.person(["admin"]);
    const grant = await core.agents.grants.create(other, granted.id, {
      ...{ tool: "edit_file", resources: null, expires_in_days: 1 },
    });
    const hits = async () =>
      (await core.agents.grants.list(core.who.admin, granted.id)).find(({ id }) => id === grant.id)?.hits;
    const { id } = await ask(call(), granted);
    expect((await core.read(id)).requirements).toMatchObject([{ grant_id: grant.id }]);
    expect(await hits()).toBe(1);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(granted, id, { outcome: "completed" });
    await core.agents.grants.revoke(core.who.admin, granted.id, grant.id);
    expect((await ask(call(), granted)).state).toBe("REVIEWING");
    expect(await hits()).toBe(1);
  });

  test("an approval with “allow always” grants calls like it, once the task is approved and not before", async () => {
    const always = await agentWith({});
    const grants = () => core.agents.grants.list(core.who.admin, always.id);
    const config = call();
    const { id } = await ask(config, always);
    const task = await core.tasks.get(core.who.admin, id);
    const respond = (who: Actor, options: object) =>
      core.gate.respond(who, task.approvals.find(({ reviewer_id }) => reviewer_id === who.id)!.id, {
        action: "approve",
        options: { apply_immediately: false, undo_seconds: 0, ...options },
      });
    const allow_always = { expires_in_days: 7 };
    await expect(respond(owner, { allow_always })).rejects.toMatchObject({ code: "FORBIDDEN" });
    // The page of the task says beforehand what the answer would meet.
    expect(await core.views.task(owner, id)).toMatchObject({
      may_allow_always: false,
      why_not_always: "Whoever owns an agent does not grant it anything.",
    });
    expect(await core.views.task(core.who.reviewer, id)).toMatchObject({
      may_allow_always: true,
      why_not_always: null,
    });
    const wider = { allow_always: { ...allow_always, resources: null } };
    await expect(respond(core.who.reviewer, wider)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await respond(core.who.reviewer, { allow_always, undo_seconds: 30 });
    expect(await grants()).toEqual([]);
    await core.connections.pool.query("UPDATE approval SET release_at = now() WHERE task_id = $1", [id]);
    await core.gate.release(id);
    expect(await grants()).toMatchObject([
      { tool: "edit_file", task_id: id, granted_by: { id: core.who.reviewer.id }, active: true },
    ]);
    await core.taskIn(id, "APPLYING");
    await core.toolCalls.end(always, id, { outcome: "completed" });
    await core.taskIn(id, "COMPLETED");
    const again = await ask(config, always);
    expect(["APPROVED", "APPLYING"]).toContain(again.state);
    expect((await ask(call(), always)).state).toBe("REVIEWING");
    expect((await grants())[0]).toMatchObject({ hits: 1, kind: "edit" });
    // Attack: what was allowed for an edit is asked for as a deletion, or as a call that names no file.
    const parameters = { ...config.parameters, kind: "delete", diffs: [] } as Partial<ToolCallInput>;
    expect((await ask(call(parameters), always)).state).toBe("REVIEWING");
    const hidden = { arguments: { edits: [{ file: "/repo/other.txt" }] }, diffs: [] };
    expect((await ask(call(hidden), always)).state).toBe("REVIEWING");
    expect((await grants())[0]?.hits).toBe(1);
    await core.taskIn(again.id, "APPLYING");
    await core.toolCalls.end(always, again.id, { outcome: "completed" });
  });

  test("a call that names nothing but its tool is not allowed always by who looks at it: all of them would be", async () => {
    const always = await agentWith({});
    const bash = { tool: "Bash", kind: "execute" as const, arguments: { command: "npm test" }, diffs: [] };
    const { id, approvals } = await core.tasks.get(core.who.admin, (await ask(call(bash), always)).id);
    const respond = (allow_always: object) =>
      core.gate.respond(
        core.who.reviewer,
        approvals.find((each) => each.reviewer_id === core.who.reviewer.id)!.id,
        {
          action: "approve",
          options: {
            apply_immediately: false,
            undo_seconds: 0,
            allow_always: { expires_in_days: 7, ...allow_always },
          },
        },
      );
    await expect(respond({})).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ issue: expect.stringContaining("names nothing that it touches but its tool") }],
    });
    await expect(respond({ resources: null })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await core.tasks.get(core.who.admin, id)).state).toBe("REVIEWING");
  });

  test("a grant lets no call of HIGH risk pass, and the agent's own settings do", async () => {
    const live = { workspace: { name: "live", root: "/x" }, kind: "delete" as const };
    const granted = await agentWith({});
    await core.agents.grants.create(await core.person(["admin"]), granted.id, {
      ...{ tool: "edit_file", resources: null, expires_in_days: 1 },
    });
    const high = await ask(call(live), granted);
    expect(high).toMatchObject({ state: "REVIEWING", risk: { level: "HIGH" } });
    const trusted = await agentWith({ tools: [{ name: "edit_file", permission: "allow" }] });
    expect((await ask(call(live), trusted)).state).not.toBe("REVIEWING");
  });

  test("its owner may answer below HIGH where nothing forbids it, and not at HIGH", async () => {
    const low = await ask();
    expect(low.allowed_actions).not.toContain("respond");
    expect((await core.tasks.get(owner, low.id)).allowed_actions).toContain("respond");
    await approve(owner, low.id);
    const high = await ask(call({ workspace: { name: "live", root: "/x" }, kind: "delete" }));
    expect(high.risk?.level).toBe("HIGH");
    expect(high.approvals.map(({ reviewer_id }) => reviewer_id)).not.toContain(owner.id);
    const other = high.approvals[0]!.id;
    const admin = { ...owner, roles: ["admin" as const] };
    await expect(core.gate.respond(admin, other, core.yes())).rejects.toMatchObject({
      code: "SELF_APPROVAL",
    });
    const { approvals } = await core.tasks.get(core.who.admin, high.id);
    const mine = approvals.find(({ reviewer_id }) => reviewer_id === core.who.reviewer.id)!.id;
    const yes = core.yes();
    const always = { ...yes, options: { ...yes.options, allow_always: { expires_in_days: 7 } } };
    await expect(core.gate.respond(core.who.reviewer, mine, always)).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ field: "options.allow_always", issue: "A call of HIGH risk is looked at each time." }],
    });
  });
});
