import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CommandWorld, commandTask, openCommandWorld, standIn } from "./command-fixture.ts";

let world: CommandWorld;
let core: TestCore;
let who: TestPeople;
beforeAll(async () => {
  world = await openCommandWorld();
  await writeFile(
    join(world.folder, "commands.yaml"),
    "- { name: filed, directory: ., plan: [echo, a], apply: [echo, b] }",
  );
  core = await makeCore({ commandsFile: join(world.folder, "commands.yaml") });
  await core.takeJobs(async () => undefined);
  who = await core.people();
});
afterAll(async () => {
  await core.dispose();
  await world.close();
});

const coded = (code: string) => expect.objectContaining({ code });
const named = (name: string, over: Parameters<CommandWorld["terraformLike"]>[0] = {}) =>
  world.terraformLike({ ...over, name });

test("a command is made, changed and removed, with its history and an entry of the ledger for each", async () => {
  const { commands } = core;
  const made = await commands.create(
    who.admin,
    named("one", { environment: { A: "plain", B: "secret://b" } }),
  );
  expect(made).toMatchObject({ source: "page", version: 1, is_hidden: false });
  const changed = await commands.update(who.admin, {
    ...named("one", { title: "Another" }),
    expected_version: 1,
  });
  expect(changed).toMatchObject({ version: 2, definition: { title: "Another" } });
  const stale = commands.update(who.admin, { ...named("one"), expected_version: 1 });
  await expect(stale).rejects.toEqual(coded("CONFLICT"));
  const versions = await commands.versions("one");
  expect(versions.map(({ version, created_by_name }) => [version, created_by_name])).toEqual([
    [2, who.admin.name],
    [1, who.admin.name],
  ]);
  await commands.remove(who.admin, "one");
  await expect(commands.versions("one")).rejects.toEqual(coded("NOT_FOUND"));
  const { entries } = await core.ledger.list(who.admin, { limit: 50, sort_order: "asc" });
  const facts = entries.filter(({ entity_type }) => entity_type === "command");
  expect(facts.map(({ action }) => action)).toEqual([
    "command.created",
    "command.updated",
    "command.deleted",
  ]);
  expect(facts[0]!.detail).toMatchObject({ definition: { environment: { A: "(set)", B: "secret://b" } } });
});

test("names are unique over the page and the file, whose commands are changed there", async () => {
  const { commands } = core;
  await commands.create(who.admin, named("twice"));
  await expect(commands.create(who.admin, named("twice"))).rejects.toEqual(coded("COMMAND_EXISTS"));
  for (const refused of [
    commands.create(who.admin, named("filed")),
    commands.update(who.admin, named("filed")),
    commands.remove(who.admin, "filed"),
  ])
    await expect(refused).rejects.toEqual(coded("COMMAND_IN_FILE"));
  await commands.remove(who.admin, "twice");
});

test("a faulty definition is refused with each field", async () => {
  const faulty = { ...named("faulty"), directory: "relative", apply: ["apply", "{nothing}"] };
  await expect(core.commands.create(who.admin, faulty)).rejects.toMatchObject({
    details: [{ field: "apply.1", issue: "{nothing} is not declared in parameters" }],
  });
  await expect(core.commands.create(who.admin, { ...faulty, apply: ["apply"] })).rejects.toMatchObject({
    details: [{ field: "directory", issue: "must be an absolute path" }],
  });
});

test("authors see what they choose from and nothing of how it runs", async () => {
  await core.commands.create(who.admin, named("offered", { environment: { A: "hidden-value" } }));
  const offers = await core.commands.offers();
  expect(offers.map(({ name }) => name)).toEqual(["filed", "offered"]);
  expect(JSON.stringify(offers)).not.toMatch(/hidden-value|stand-in|\/tmp/);
  await core.commands.remove(who.admin, "offered");
});

test("what ships can be added with a folder", async () => {
  const { shipped, file } = await core.commands.list();
  expect(shipped.map(({ name }) => name)).toEqual(["terraform", "terraform-destroy", "kubectl"]);
  expect(file).toEqual({ path: join(world.folder, "commands.yaml"), problem: null });
  await core.commands.create(who.admin, { ...shipped[0]!, directory: "/srv/infra" });
  await core.commands.remove(who.admin, "terraform");
});

test("a change on the page after the approval sends the task back, on whatever process it was made", async () => {
  await core.commands.create(who.admin, named("paged"));
  const task = await core.approved(who.author, who.reviewer, commandTask("paged", { size: 3 }));
  // As another process would: nothing here is told of it.
  const { pool } = core.connections;
  await pool.query(
    `UPDATE command_definition SET version = 2,
       definition = jsonb_set(definition, '{apply}', $1::jsonb) WHERE name = 'paged'`,
    [JSON.stringify(standIn("fail"))],
  );
  const outcome = await core.applying.run(task.id, { id: "worker:a", drain: new AbortController().signal });
  expect(outcome).toBe("sent back");
  const again = await core.taskIn(task.id, "REVIEWING");
  expect(again.preview?.changes).toMatchObject([{ after: { runs: standIn("fail") } }]);
  await core.commands.remove(who.admin, "paged");
});
