import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attemptContext, describeExecutorContract, taskConfigOf } from "../../executors/contract.ts";
import type { Executor, Json } from "../../executors/service.ts";
import type { Actor } from "../../kernel/actor.ts";
import { openAgents, type TestAgents } from "../agents-fixture.ts";
import { permissionsOf } from "./permissions-text.ts";
import { createAgentSettingsExecutor } from "./settings-executor.ts";

let db: TestAgents;
let admin: Actor;
let executor: Executor;
beforeAll(async () => {
  db = await openAgents();
  admin = await db.actorOf("admin");
  executor = createAgentSettingsExecutor(db);
  // The form's example names an agent that nobody has; here somebody has it.
  const { id } = await db.agent(admin, { name: "of the example" });
  const { agent_id } = executor.example.parameters as { agent_id: string };
  await db.prisma.agent.update({ where: { id }, data: { id: agent_id } });
});
afterAll(() => db.close());

const tools = [
  { name: "read_file", permission: "allow" },
  { name: "run_command", permission: "ask" },
];
const settings = (agent_id: string, set: object, version = 1) =>
  taskConfigOf({
    type: "agent.settings",
    resources: [{ type: "agent", id: agent_id, scope: "instance", actions: ["write"] }],
    parameters: { agent_id, version, set },
  });
/** What somebody else would do, without the task. */
const meddle = (id: string, max_tasks: number) =>
  db.prisma.agent.update({ where: { id }, data: { max_tasks, version: { increment: 1 } } });

describeExecutorContract("agent.settings", async () => {
  const { id } = await db.agent(admin, { tools, scopes: ["service:*"] });
  const read = async () => permissionsOf(await db.agents.get(admin, id));
  const set = {
    tools: [{ name: "run_command", permission: "allow" }],
    scopes: null,
    capacity: { max_tasks: 3 },
  };
  return {
    executor,
    config: settings(id, set),
    bad: [
      { parameters: { agent_id: id, version: 1, set: {} }, field: "config.parameters.set" },
      { parameters: { agent_id: id, version: 0, set }, field: "config.parameters.version" },
      {
        parameters: { agent_id: id, version: 1, set: { capacity: { max_tasks: 10_001 } } },
        field: "config.parameters.set.capacity.max_tasks",
      },
      {
        parameters: { agent_id: id, version: 1, set: { tools: [...set.tools, ...set.tools] } },
        field: "config.parameters.set.tools",
      },
      {
        parameters: { agent_id: "0192f0c4-0000-7000-8000-000000000009", version: 1, set },
        field: "config.parameters.agent_id",
      },
    ],
    world: async () => (await read()) as unknown as Json,
    changedKeys: (before, after) =>
      JSON.stringify(before) === JSON.stringify(after) ? [] : [`agent:default/${id}`],
    disturb: async () => void (await meddle(id, 77)),
    close: async () => undefined,
  };
});

describe("changing what an agent is permitted", () => {
  const author = { id: "0192f0c4-0000-7000-8000-00000000000a", name: "Mia" };
  const task = "0192f0c4-0000-7000-8000-0000000000b1";
  const context = () => attemptContext({ author, idempotency_key: `${task}:2` });

  test("shows the sentence before and after, the lines that differ, and in what it may do more", async () => {
    const { id, name } = await db.agent(admin, { tools, task_types: [], limits: { tasks_per_hour: 5 } });
    const set = { tools: [{ name: "run_command", permission: "allow" }], task_types: null, limits: {} };
    const plan = await executor.plan(settings(id, set), context());
    expect(plan).toMatchObject({ valid: true, errors: [] });
    expect(plan.warnings).toEqual([
      "It may use run_command on its own.",
      "It may propose tasks of any type.",
      "Its limit of tasks_per_hour falls away.",
    ]);
    const [change] = plan.changes;
    expect(change).toMatchObject({
      before: { sentence: expect.stringContaining("It may propose no task.") },
      after: { sentence: expect.stringContaining("may use run_command on its own") },
    });
    expect(change?.diff).toContain(`--- a/agents/${name}`);
    expect(change?.diff).toContain("-  run_command: ask\n");
    expect(change?.diff).toContain("+  run_command: allow\n");
  });

  test("says in what a tool that is no longer named may do more, because of its kind or of no pattern any more", async () => {
    const warningsOf = async (before: object[], after: object[]) => {
      const { id } = await db.agent(admin, { tools: before });
      return (await executor.plan(settings(id, { tools: after }), context())).warnings;
    };
    const tool = (name: string, permission: string) => ({ name, permission });
    expect(
      await warningsOf(
        [tool("Bash", "ask"), tool("execute", "allow")],
        [tool("execute", "allow"), tool("read_file", "ask")],
      ),
    ).toEqual(["It may use Bash on its own, where it is of kind execute."]);
    expect(
      await warningsOf([tool("mcp__db__*", "ask"), tool("other", "allow")], [tool("other", "allow")]),
    ).toEqual(["It may use mcp__db__* on its own, where it is of kind other."]);
    expect(await warningsOf([tool("mcp__*", "deny")], [tool("mcp__db__*", "deny")])).toEqual([
      "It may ask to use mcp__*, which was denied.",
    ]);
    expect(await warningsOf([tool("Bash", "deny")], [tool("bash", "deny")])).toEqual([]);
    expect(await warningsOf([tool("Bash", "ask")], [tool("execute", "allow")])).toEqual([
      "It may use Bash on its own, where it is of kind execute.",
      "It may use execute on its own.",
    ]);
  });

  test("the order of tools is no change, of what was stored before as well", async () => {
    const { id } = await db.agent(admin, { tools: tools.toReversed() });
    const there = await executor.plan(settings(id, { tools: tools.toReversed() }), context());
    expect(there.errors).toEqual(["The agent is permitted exactly this already."]);
    await db.pool.query("UPDATE agent SET tools = $2 WHERE id = $1", [
      id,
      JSON.stringify(tools.toReversed()),
    ]);
    const back = await executor.plan(settings(id, { tools }), context());
    expect(back.errors).toEqual(["The agent is permitted exactly this already."]);
    expect((await db.agents.get(admin, id)).tools).toEqual(tools);
  });

  test("is a version of the agent, with its maker, its task and what changed, and tells live views", async () => {
    const { id } = await db.agent(admin, { tools });
    const config = settings(id, { capacity: { max_tasks: 4 } });
    const stash = await executor.stash(config, context());
    await executor.apply(config, { ...context(), stash });
    const { changes } = await db.agents.history(admin, { id, page: 1, limit: 10 });
    expect(changes[0]).toMatchObject({
      version: 2,
      by: { ...author, kind: "user" },
      task_id: task,
      fields: [{ field: "capacity", before: { max_tasks: 10 }, after: { max_tasks: 4 } }],
    });
    const [fact] = (await db.factsOf(id)).slice(-1);
    expect(fact).toMatchObject({
      action: "agent.permissions_changed",
      task_id: task,
      on_behalf_of: author.id,
    });
    await executor.rollback(stash, context());
    expect((await db.agents.get(admin, id)).capacity.max_tasks).toBe(10);
    expect(
      (await db.agents.history(admin, { id, page: 1, limit: 10 })).changes.map(({ version }) => version),
    ).toEqual([3, 2, 1]);
  });

  test("from a version that is no longer in force is refused, by the plan and by applying", async () => {
    const { id } = await db.agent(admin, {});
    const config = settings(id, { capacity: { max_tasks: 4 } });
    const stash = await executor.stash(config, context());
    await db.agents.configure(admin, id, 1, { description: "another" });
    const plan = await executor.plan(config, context());
    expect(plan.valid).toBe(false);
    expect(plan.errors[0]).toMatch(/has version 2 by now/);
    await expect(executor.apply(config, { ...context(), stash })).rejects.toThrow(/version 2 by now/);
    expect((await db.agents.get(admin, id)).capacity.max_tasks).toBe(10);
  });

  test("undoing it leaves what was described meanwhile, and keeps somebody else's permissions", async () => {
    const { id } = await db.agent(admin, {});
    const config = settings(id, { capacity: { max_tasks: 4 } });
    const stash = await executor.stash(config, context());
    await executor.apply(config, { ...context(), stash });
    await db.agents.configure(admin, id, 2, { description: "described later" });
    await executor.rollback(stash, context());
    expect(await db.agents.get(admin, id)).toMatchObject({
      ...{ description: "described later", version: 4 },
      capacity: { max_tasks: 10 },
    });
    await meddle(id, 50);
    await expect(executor.rollback(stash, context())).rejects.toThrow(/somebody else/);
  });

  test("that would change nothing is told, and ten at once change it once", async () => {
    const { id } = await db.agent(admin, {});
    const same = await executor.plan(settings(id, { capacity: { max_tasks: 10 } }), context());
    expect(same).toMatchObject({ valid: false, errors: ["The agent is permitted exactly this already."] });
    const ended = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => {
        const config = settings(id, { capacity: { max_tasks: 20 + index } });
        return executor
          .stash(config, context())
          .then((stash) => executor.apply(config, { ...context(), stash }));
      }),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await db.agents.get(admin, id)).version).toBe(2);
  });
});
