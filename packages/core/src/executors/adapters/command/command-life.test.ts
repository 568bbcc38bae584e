import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";

import type { TaskConfig } from "../../schema.ts";
import { type CommandWorld, commandTask, openCommandWorld, standIn } from "./command-fixture.ts";
import type { CommandInput } from "./schema.ts";

let world: CommandWorld;
let core: TestCore;
let who: TestPeople;
const idle = new AbortController().signal;

const define = (...over: Partial<CommandInput>[]) =>
  writeFile(
    join(world.folder, "commands.yaml"),
    stringify(
      over.map((each) => ({ ...world.terraformLike(), ...each })),
      { aliasDuplicateObjects: false },
    ),
  );

beforeAll(async () => {
  world = await openCommandWorld();
  await define({});
  core = await makeCore({ commandsFile: join(world.folder, "commands.yaml") });
  // Plans are made as they come; tasks are applied when a test says so.
  await core.takeJobs(async () => undefined);
  who = await core.people();
});
afterAll(async () => {
  await core.dispose();
  await world.close();
});
beforeEach(async () => {
  await define({});
  await world.desire("wide\n");
  await rm(join(world.folder, "state", "state.json"), { force: true });
});

const infra = (over: Partial<TaskConfig> = {}) =>
  commandTask(
    "infra",
    { size: 3 },
    {
      resources: [
        { type: "infrastructure", id: "net-3", namespace: "prod", scope: "namespace", actions: ["execute"] },
      ],
      ...over,
    },
  );
const run = (id: string) => core.applying.run(id, { id: "worker:a", drain: idle });
const approved = (config: TaskConfig) => core.approved(who.author, who.reviewer, config);
const reasonOf = async (id: string) => {
  const { entries } = await core.ledger.list(who.admin, { task_id: id, limit: 200, sort_order: "desc" });
  return entries.find(({ action }) => action === "task.drifted")?.reason;
};

describe("a command as a task", () => {
  test("is created, planned, approved and applied, and its output is kept", async () => {
    const proposed = await core.reviewing(who.author, infra());
    expect(proposed.preview?.changes[0]?.diff).toContain('+ value = "wide x 3"');
    expect(proposed.preview?.warnings).toEqual([]);
    const asked = proposed.approvals.find(({ reviewer_id }) => reviewer_id === who.reviewer.id)!;
    await core.gate.respond(who.reviewer, asked.id, core.yes());
    expect(await run(proposed.id)).toBe("ended");
    const task = await core.tasks.get(who.admin, proposed.id);
    expect(task.execution).toMatchObject({
      result: "success",
      output: expect.stringContaining("Apply complete!"),
    });
    expect(await world.readState()).toEqual({ serial: 1, value: "wide x 3" });
  });

  test("goes back to review with the difference where its folder was changed after the approval", async () => {
    const task = await approved(infra());
    await world.desire("tall\n");
    expect(await run(task.id)).toBe("sent back");
    const again = await core.taskIn(task.id, "REVIEWING");
    expect(again.revision).toBe(2);
    expect(again.preview?.changes[0]?.diff).toContain('+ value = "tall x 3"');
    expect(await reasonOf(task.id)).toBe("what it would change is no longer what was approved");
    expect(await world.readState()).toBe(null);
  });

  test("goes back to review where its definition was changed after the approval, and says so", async () => {
    const task = await approved(infra());
    // The plan stays the same: only what would be run is another.
    await define({ environment: { FORCE: "1" } });
    expect(await run(task.id)).toBe("sent back");
    expect((await core.taskIn(task.id, "REVIEWING")).revision).toBe(2);
    expect(await reasonOf(task.id)).toBe(
      'the command "infra" is no longer defined as it was when this was approved',
    );
    expect(await world.readState()).toBe(null);
  });

  test("goes back to its author where its definition is gone", async () => {
    const task = await approved(infra());
    await define({ name: "other" });
    expect(await run(task.id)).toBe("sent back");
    const draft = await core.taskIn(task.id, "DRAFT");
    expect(draft.preview?.errors).toEqual(["There is no command named infra any more."]);
  });

  test("is judged by what it really touches, which is locked though it is not declared", async () => {
    const declared: TaskConfig["resources"] = [
      { type: "service", id: "harmless", scope: "namespace", actions: ["read"] },
    ];
    const task = await core.reviewing(who.author, infra({ resources: declared }));
    expect(task.preview?.warnings).toEqual([
      "touches infrastructure:prod/net-3, which the task does not declare",
    ]);
    const { locks } = await core.gate.simulate(who.author, {
      config: infra({ resources: declared }),
      metadata: { tags: [] },
    });
    expect(locks.map(({ key }) => key)).toContain("infrastructure:prod/net-3");
  });

  test("is brought back by its rollback where applying fails, and says what the program said", async () => {
    const script = '"$@"; echo broken >&2; exit 3';
    const apply = ["sh", "-c", script, "sh", ...standIn("apply", "-state=state", "{stash}/plan")];
    await define({ apply });
    const task = await approved(infra());
    expect(await run(task.id)).toBe("ended");
    const ended = await core.tasks.get(who.admin, task.id);
    expect(ended.execution).toMatchObject({
      result: "failure",
      error: expect.stringContaining(
        "Applying infra ended with exit code 3:\nModifying... [0]\nApply complete!\nbroken",
      ),
      output: expect.stringContaining("Brought back."),
    });
    expect(await world.readState()).toEqual({ serial: 0, value: "" });
  });

  test("is rolled back by a task of its own, which shows what will be run", async () => {
    await world.writeState({ serial: 4, value: "narrow" });
    const task = await approved(infra());
    expect(await run(task.id)).toBe("ended");
    expect(await world.readState()).toEqual({ serial: 5, value: "wide x 3" });
    const rollback = await core.applying.rollBack(who.author, task.id, {});
    const asked = (await core.taskIn(rollback.id, "REVIEWING")).approvals.find(
      ({ reviewer_id }) => reviewer_id === who.reviewer.id,
    )!;
    expect(rollback.preview?.changes).toMatchObject([
      { action: "roll back", after: { runs: world.terraformLike().rollback, directory: world.folder } },
    ]);
    await core.gate.respond(who.reviewer, asked.id, core.yes());
    expect(await run(rollback.id)).toBe("ended");
    expect(await world.readState()).toEqual({ serial: 4, value: "narrow" });
  });

  test("offers no rollback where its command defines none, and says so", async () => {
    const { rollback: _none, ...definition } = world.terraformLike();
    await writeFile(join(world.folder, "commands.yaml"), stringify([definition]));
    const task = await approved(infra());
    expect(await run(task.id)).toBe("ended");
    const record = await core.tasks.read(who.author, task.id);
    expect((await core.applying.rollbackStanding(record)).refused).toBe(
      "The command infra defines no rollback; bring it back by hand.",
    );
  });
});
