import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptContext, type ContractSubject, describeExecutorContract } from "../../contract.ts";
import { createExecutorsService } from "../../service.ts";
import { type CommandWorld, commandTask, openCommandWorld, standIn } from "./command-fixture.ts";
import type { CommandDefinition } from "./schema.ts";

async function commandSubject(): Promise<ContractSubject> {
  const world = await openCommandWorld();
  await world.writeState({ serial: 7, value: "narrow x 2" });
  const noisy = world.terraformLike({
    name: "noisy",
    apply: standIn("apply", "-state=state", "-lines=30000", "{stash}/plan"),
  });
  const bad = (given: Record<string, unknown>, field = "size") => ({
    parameters: { command: "infra", arguments: given },
    field: `config.parameters.arguments.${field}`,
  });
  return {
    executor: world.executor([world.terraformLike(), noisy]),
    config: commandTask("infra", { size: 3 }),
    noisy: commandTask("noisy", { size: 3 }),
    bad: [
      { parameters: { command: "nothing", arguments: { size: 3 } }, field: "config.parameters.command" },
      { parameters: { command: "__proto__", arguments: {} }, field: "config.parameters.command" },
      { parameters: { arguments: { size: 3 } }, field: "config.parameters.command" },
      { parameters: { command: "infra", arguments: [3] }, field: "config.parameters.arguments" },
      bad({}),
      bad({ size: "3; rm -rf /" }),
      bad({ size: 10 }),
      bad({ size: 3, plan: "rm" }, "plan"),
      bad({ size: 3, stash: "/etc" }, "stash"),
    ],
    world: () => world.readState(),
    changedKeys: (before, after) =>
      JSON.stringify(before) === JSON.stringify(after) ? [] : ["infrastructure:prod/net-3"],
    disturb: () => world.writeState({ serial: 8, value: "somebody else's" }),
    close: () => world.close(),
  };
}

describeExecutorContract("command", commandSubject);

describe("a command", () => {
  let world: CommandWorld;
  beforeEach(async () => {
    world = await openCommandWorld();
  });
  afterEach(() => world.close());

  const planOf = (definition: CommandDefinition, given: Record<string, unknown> = { size: 3 }) =>
    world.executor([definition]).plan(commandTask(definition.name, given), attemptContext());

  it("shows the plan's output as the diff, and what will be run", async () => {
    const { changes, warnings } = await planOf(world.terraformLike());
    expect(warnings).toEqual([]);
    expect(changes).toMatchObject([
      {
        resource: { type: "infrastructure", id: "net-3", namespace: "prod", actions: ["execute"] },
        action: "execute",
        diff: expect.stringMatching(
          /Saved the plan to: \{stash\}\/plan\n {2}- value = ""\n {2}\+ value = "wide x 3"\n$/,
        ),
        after: {
          runs: standIn("apply", "-state=state", "{stash}/plan"),
          directory: world.folder,
          plan_exit_code: 2,
        },
      },
    ]);
  });

  it("leaves volatile lines out of the comparison, and nothing else", async () => {
    const executors = createExecutorsService({ adapters: [world.executor([world.terraformLike()])] });
    const config = commandTask("infra", { size: 3 });
    const [first, second] = [
      await executors.plan(config, attemptContext()),
      await executors.plan(config, attemptContext()),
    ];
    expect(first.changes[0]!.diff).not.toBe(second.changes[0]!.diff);
    expect(executors.sameChanges(config, first.changes, second.changes)).toBe(true);
    await world.desire("tall");
    const third = await executors.plan(config, attemptContext());
    expect(executors.sameChanges(config, first.changes, third.changes)).toBe(false);
  });

  it("says where nothing is left to do", async () => {
    await world.writeState({ serial: 1, value: "wide x 3" });
    expect((await planOf(world.terraformLike())).warnings).toEqual(["The plan finds nothing to change."]);
  });

  it("is invalid with what the program said where it ends with another code", async () => {
    const executors = createExecutorsService({
      adapters: [world.executor([world.terraformLike({ plan: standIn("fail", "-code=1") })])],
    });
    const preview = await executors.plan(commandTask("infra", { size: 3 }), attemptContext());
    expect(preview).toMatchObject({
      valid: false,
      errors: ["The plan of infra ended with exit code 1:\nError: no such thing"],
    });
  });

  it("says what is missing on this worker", async () => {
    await expect(planOf(world.terraformLike({ plan: ["no-such-program"] }))).rejects.toThrow(
      "The program no-such-program is not on this worker.",
    );
    await expect(planOf(world.terraformLike({ directory: "/no/such/folder" }))).rejects.toThrow(
      "The folder /no/such/folder is not on this worker.",
    );
    await expect(planOf(world.terraformLike({ plan: ["/etc/passwd"] }))).rejects.toThrow(
      "The program /etc/passwd may not be run by this worker.",
    );
  });

  it("warns of a resource that the task does not declare", async () => {
    const executors = createExecutorsService({ adapters: [world.executor([world.terraformLike()])] });
    const { warnings } = await executors.plan(commandTask("infra", { size: 3 }), attemptContext());
    expect(warnings).toEqual(["touches infrastructure:prod/net-3, which the task does not declare"]);
  });

  it("touches itself where it declares nothing, so that it never runs twice at once", () => {
    const { resources: _, ...bare } = world.terraformLike();
    const [touched] = world.executor([bare]).resources(commandTask("infra", { size: 3 }));
    expect(touched).toMatchObject({ type: "infrastructure", id: "command/infra", actions: ["execute"] });
  });

  it("gives the program PATH, HOME and its environment, in its directory, and nothing else", async () => {
    process.env.ADE_SHOULD_NOT_BE_SEEN = "1";
    try {
      const { changes } = await planOf(
        world.terraformLike({ plan: standIn("show"), environment: { GREETING: "hello" } }),
      );
      const { env, cwd } = JSON.parse(changes[0]!.diff!);
      expect(env).toEqual({ PATH: process.env.PATH, HOME: process.env.HOME, GREETING: "hello" });
      expect(cwd).toBe(world.folder);
    } finally {
      delete process.env.ADE_SHOULD_NOT_BE_SEEN;
    }
  });

  it("reveals secrets in its environment only to the program, and masks them in what it prints", async () => {
    const definition = world.terraformLike({
      plan: standIn("show"),
      environment: { TOKEN: "Bearer secret://token@2" },
    });
    const executor = world.executor([definition]);
    const config = commandTask("infra", { size: 3 });
    expect(executor.secrets!(config)).toEqual(["secret://token@2"]);
    const reveal = (text: string) => text.replace("secret://token@2", "canary-4711");
    const stash = await executor.stash(config, attemptContext({ reveal }));
    expect(JSON.stringify(stash)).not.toContain("canary-4711");
    expect(JSON.stringify(stash)).toContain("Bearer ••••••");
  });

  it("takes only its own types where it names some", async () => {
    const executors = createExecutorsService({
      adapters: [world.executor([world.terraformLike({ types: ["terraform.apply"] })])],
    });
    const config = commandTask("infra", { size: 3 });
    await expect(executors.validate({ ...config, type: "terraform.apply" })).resolves.toBe(undefined);
    await expect(executors.validate(config)).rejects.toMatchObject({
      details: [
        {
          field: "config.parameters.command",
          issue: "may be chosen by tasks of type terraform.apply only",
        },
      ],
    });
  });

  it("applies on another process what this one planned, under the definition of then", async () => {
    const config = commandTask("infra", { size: 3 });
    const stash = JSON.parse(
      JSON.stringify(await world.executor([world.terraformLike()]).stash(config, attemptContext())),
    );
    const changed = world.terraformLike({ apply: standIn("fail") });
    const elsewhere = world.executor([changed]);
    expect(elsewhere.digest(config)).not.toBe(elsewhere.digest(config, stash));
    await elsewhere.apply(config, attemptContext({ stash }));
    expect(await world.readState()).toEqual({ serial: 1, value: "wide x 3" });
  });

  it("has a digest of all that decides what is run, and of nothing else", () => {
    const config = commandTask("infra", { size: 3 });
    const digestOf = (over: Parameters<CommandWorld["terraformLike"]>[0]) =>
      world.executor([world.terraformLike(over)]).digest(config);
    const usual = digestOf({});
    expect(digestOf({ title: "Another", description: "Other words" })).toBe(usual);
    const others = [
      { directory: "/elsewhere" },
      { apply: ["true"] },
      { environment: { A: "b" } },
      { volatile: [] },
      { retry: "safe" as const },
      { plan_exit_codes: [0] },
    ];
    expect(new Set([usual, ...others.map(digestOf)]).size).toBe(others.length + 1);
    expect(world.executor([]).digest(config)).not.toBe(usual);
  });

  it("may be tried again only where its definition says so", () => {
    const config = commandTask("infra", { size: 3 });
    expect(world.executor([world.terraformLike()]).mayRetry!(config)).toBe(false);
    expect(world.executor([world.terraformLike({ retry: "safe" })]).mayRetry!(config)).toBe(true);
    expect(world.executor([]).mayRetry!(config)).toBe(false);
  });

  /** Applies, which fails, and rolls back; answers what that said, and whether its program ran. */
  async function failAndRollBack(over: Parameters<CommandWorld["terraformLike"]>[0]) {
    const seen = join(world.folder, "seen.json");
    const definition = world.terraformLike({ rollback: standIn("leave", `-pids=${seen}`), ...over });
    const executor = world.executor([definition]);
    const config = commandTask("infra", { size: 3 });
    const stash = await executor.stash(config, attemptContext());
    await expect(executor.apply(config, attemptContext({ stash }))).rejects.toThrow(
      "Applying infra ended with exit code 3:\nError: no such thing",
    );
    const { output } = await executor.rollback(stash, attemptContext());
    return { output, hasRun: await readFile(seen, "utf8").then(Boolean, () => false) };
  }

  it("rolls back an apply that failed, though nobody can tell how far it came", async () => {
    const plan = ["sh", "-c", "echo something"];
    const failed = await failAndRollBack({ plan, plan_exit_codes: [0], apply: standIn("fail", "-code=3") });
    expect(failed.hasRun).toBe(true);
  });

  it("rolls back what it did half", async () => {
    const script = `echo '{"serial":1,"value":"half"}' > state/state.json; exec "$@"`;
    const apply = ["sh", "-c", script, "sh", ...standIn("fail", "-code=3")];
    expect((await failAndRollBack({ apply })).hasRun).toBe(true);
  });

  it("undoes nothing where its apply was refused before it changed anything", async () => {
    await world.writeState({ serial: 1, value: "somebody's good state" });
    expect(await failAndRollBack({ apply: standIn("fail", "-code=3") })).toEqual({
      output: "Nothing of infra was applied; there is nothing to roll back.\n",
      hasRun: false,
    });
  });

  it("says that it has no rollback where it defines none", async () => {
    const { rollback: _, ...bare } = world.terraformLike();
    const executor = world.executor([bare]);
    const config = commandTask("infra", { size: 3 });
    const stash = await executor.stash(config, attemptContext());
    await executor.apply(config, attemptContext({ stash }));
    await expect(executor.rollback(stash, attemptContext())).rejects.toThrow(
      "The command infra defines no rollback; bring it back by hand.",
    );
  });
});
