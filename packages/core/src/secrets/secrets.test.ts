import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSecretBox } from "../executors/service.ts";
import { systemClock } from "../kernel/clock.ts";
import { randomIds } from "../kernel/ids.ts";
import { MASK } from "../kernel/mask.ts";
import { readSecretEnvironment } from "./environment.ts";
import { secretInput } from "./schema.ts";
import { createSecretsService } from "./service.ts";

const FROM_ENVIRONMENT = "from-the-environment-1";
let core: TestCore;
let who: TestPeople;
beforeAll(async () => {
  core = await makeCore({
    secretEnvironment: readSecretEnvironment({
      ADE_SECRET_ONLY_THERE: FROM_ENVIRONMENT,
      ADE_SECRET_SHORT: "abc",
    }),
  });
  who = await core.people();
  await core.startWorker();
});
afterAll(() => core.dispose());

let count = 0;
/** A secret of this test alone. */
async function made(value: string, over: Record<string, unknown> = {}): Promise<string> {
  count += 1;
  const input = secretInput.parse({ name: `s-${count}`, value, ...over });
  return (await core.secrets.create(who.admin, input)).name;
}
const facts = async (name: string) => {
  const { entries } = await core.ledger.list(who.admin, { entity_id: name, limit: 50, sort_order: "asc" });
  return entries;
};
const submitted = (config: ReturnType<TestCore["noopTask"]>) => core.reviewing(who.author, config);
const written = (name: string) => readFileSync(join(core.filesDir, name), "utf8");
async function applied(config: ReturnType<TestCore["noopTask"]>) {
  const { id } = await core.approved(who.author, who.reviewer, config);
  return core.taskIn(id, "COMPLETED", "DRAFT");
}

describe("a secret", () => {
  test("has versions, whose values no answer and no entry holds; its ciphertext does not either", async () => {
    const name = await made("value-number-1");
    await core.secrets.addVersion(who.admin, name, "value-number-2");
    const entry = (await core.secrets.list()).find((each) => each.name === name)!;
    expect(entry.versions.map(({ number, readable }) => [number, readable])).toEqual([
      [2, true],
      [1, true],
    ]);
    await core.secrets.removeVersion(who.admin, name, 1);
    await core.secrets.remove(who.admin, name);
    const told = await facts(name);
    expect(told.map(({ action }) => action)).toEqual([
      "secret.created",
      "secret.version_added",
      "secret.version_deleted",
      "secret.deleted",
    ]);
    const { rows } = await core.connections.pool.query("SELECT sealed FROM secret_version");
    expect(JSON.stringify([entry, told, rows.map(({ sealed }) => sealed.toString("latin1"))])).not.toContain(
      "value-number",
    );
    await expect(core.secrets.addVersion(who.admin, name, "value-number-3")).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  test("that was deleted and entered again goes on counting, so a pinned number never means another value", async () => {
    const name = await made("value-before");
    await core.secrets.remove(who.admin, name);
    const again = await core.secrets.create(who.admin, secretInput.parse({ name, value: "value-after" }));
    expect(again.versions.map(({ number }) => number)).toEqual([2]);
    await expect(submitted(core.noopTask({ output: `secret://${name}@1` }))).rejects.toMatchObject({
      code: "SECRET_MISSING",
      message: `Secret ${name} has no version 1.`,
    });
  });

  test("is made once, however many make it at once, in any spelling", async () => {
    const input = (name: string) => secretInput.parse({ name, value: "value-of-one" });
    const all = await Promise.allSettled(
      ["race_d", "RACE_D", "race-d", "Race-d"].map((name) => core.secrets.create(who.admin, input(name))),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const each of all)
      if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "SECRET_EXISTS" });
  });

  test("grows by one version for each that is added at once", async () => {
    const name = await made("value-first");
    await Promise.all(
      Array.from({ length: 8 }, (_, at) => core.secrets.addVersion(who.admin, name, `value-next-${at}`)),
    );
    const entry = (await core.secrets.list()).find((each) => each.name === name)!;
    expect(entry.versions.map(({ number }) => number)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test("with another version in the meantime is not changed unseen", async () => {
    const name = await made("value-to-limit");
    await core.secrets.addVersion(who.admin, name, "value-newer");
    await expect(
      core.secrets.update(who.admin, name, { task_types: ["x.*"], expected_version: 1 }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a task", () => {
  test("gets the newest value as it is applied, and a pinned one as it was", async () => {
    const name = await made("value-old-1");
    const content = `new=secret://${name}\nold=secret://${name}@1\n`;
    const { id } = await core.approved(who.author, who.reviewer, core.fileTask("newest.conf", content));
    await core.taskIn(id, "COMPLETED");
    expect(written("newest.conf")).toBe("new=value-old-1\nold=value-old-1\n");
    await core.secrets.addVersion(who.admin, name, "value-new-2");
    const done = await applied(core.fileTask("newest.conf", content));
    expect(done.execution).toMatchObject({ result: "success" });
    expect(written("newest.conf")).toBe("new=value-new-2\nold=value-old-1\n");
    const shown = JSON.stringify(done);
    expect(shown).toContain(MASK);
    expect(shown).not.toMatch(/value-(old|new)/);
    const used = (await facts(name)).filter(({ action }) => action === "secret.used");
    expect(
      used.filter(({ task_id }) => task_id === done.id).map(({ detail }) => [detail.purpose, detail.version]),
    ).toEqual(
      expect.arrayContaining([
        ["plan", 2],
        ["apply", 2],
        ["apply", 1],
      ]),
    );
    expect((await core.secrets.list()).find((each) => each.name === name)!.last_used_at).not.toBeNull();
  });

  test("keeps its approvals when a secret gets a new value: what is hashed are references", async () => {
    const name = await made("value-approved");
    const task = await submitted(
      core.noopTask({ output: `secret://${name}` }, { secrets: [`secret://${name}`] }),
    );
    await core.secrets.addVersion(who.admin, name, "value-rotated");
    const [approval] = task.approvals.filter(({ reviewer_id }) => reviewer_id === who.reviewer.id);
    await core.gate.respond(who.reviewer, approval!.id, core.yes());
    const done = await core.taskIn(task.id, "COMPLETED", "SUBMITTED");
    expect(done).toMatchObject({
      state: "COMPLETED",
      revision: 1,
      execution: { result: "success", output: MASK },
    });
  });

  test("that names what is not there is refused at submit, by name", async () => {
    await core.connections.pool.query(
      "INSERT INTO worker (id, secrets) VALUES ('worker:names', '{only-there}')",
    );
    try {
      await expect(
        submitted(core.noopTask({}, { secrets: ["secret://nobody-knows", "secret://ONLY_THERE@4"] })),
      ).rejects.toMatchObject({
        code: "SECRET_MISSING",
        status: 422,
        message: "There is no secret only-there. There is no secret nobody-knows.",
        details: [{ reference: "secret://ONLY_THERE@4" }, { reference: "secret://nobody-knows" }],
      });
      const known = core.noopTask({ output: "secret://only_there" });
      expect((await applied(known)).execution).toMatchObject({ output: MASK });
    } finally {
      await core.connections.pool.query("DELETE FROM worker WHERE id = 'worker:names'");
    }
  });

  test("that names what no worker turns out to have is told by its plan", async () => {
    await expect(submitted(core.noopTask({ output: "secret://in-no-worker" }))).rejects.toMatchObject({
      code: "PREVIEW_INVALID",
      message: expect.stringContaining("There is no secret in-no-worker."),
    });
    await expect(submitted(core.noopTask({ output: "secret://short" }))).rejects.toMatchObject({
      message: expect.stringContaining("has fewer than 6 characters and could not be masked"),
    });
  });

  test("may use what its type and every one of its resources allow", async () => {
    const name = await made("value-limited", {
      task_types: ["test.*"],
      resource_patterns: ["service:default/allowed-*"],
    });
    const service = (id: string) => ({
      type: "service" as const,
      id,
      scope: "namespace" as const,
      actions: ["execute" as const],
    });
    const parameters = { output: `secret://${name}` };
    const allowed = core.noopTask(parameters, { resources: [service("allowed-1")] });
    expect((await applied(allowed)).execution).toMatchObject({ result: "success", output: MASK });
    const both = core.noopTask(parameters, { resources: [service("allowed-1"), service("other")] });
    await expect(submitted(both)).rejects.toMatchObject({
      code: "SECRET_NOT_ALLOWED",
      status: 403,
      message: `Secret ${name} may not be used on service:default/other.`,
    });
    const file = core.fileTask("limited.conf", `secret://${name}`);
    await expect(submitted(file)).rejects.toMatchObject({
      message: `Secret ${name} may not be used by tasks of type configuration.file.`,
    });
    expect(
      (await core.gate.simulate(who.author, { config: file, metadata: { tags: [] } })).warnings,
    ).toContain(`Secret ${name} may not be used by tasks of type configuration.file.`);
  });

  test("goes back to its author where it may no longer use its secret when it is applied", async () => {
    const name = await made("value-to-be-taken");
    const config = core.fileTask("taken.conf", `secret://${name}`);
    const task = await submitted(config);
    await core.secrets.update(who.admin, name, { task_types: ["service.*"] });
    await core.gate.respond(who.reviewer, task.approvals[0]!.id, core.yes());
    const back = await core.taskIn(task.id, "DRAFT", "COMPLETED");
    expect(back).toMatchObject({ state: "DRAFT", problem: { code: "PREVIEW_INVALID" } });
    expect(JSON.stringify(back.problem)).toContain("may not be used by tasks of type configuration.file");
    expect(() => written("taken.conf")).toThrow("ENOENT");
  });

  test("is rolled back by one that may use what it used, and shows no more of it", async () => {
    const name = await made("value-to-bring-back", { task_types: ["configuration.*"] });
    await applied(core.fileTask("back.conf", `first=secret://${name}\n`));
    const done = await applied(core.fileTask("back.conf", `second=secret://${name}\n`));
    expect(written("back.conf")).toBe("second=value-to-bring-back\n");
    const rollback = await core.applying.rollBack(who.author, done.id, {});
    expect(rollback).toMatchObject({ state: "REVIEWING", config: { secrets: [`secret://${name}`] } });
    expect(JSON.stringify(rollback)).not.toContain("value-to-bring-back");
    const mine = rollback.approvals.find(({ reviewer_id }) => reviewer_id === who.reviewer.id)!;
    await core.gate.respond(who.reviewer, mine.id, core.yes());
    const ended = await core.taskIn(rollback.id, "COMPLETED");
    expect(ended.execution).toMatchObject({ result: "success" });
    expect(written("back.conf")).toBe("first=value-to-bring-back\n");
    const crafted = { ...rollback.config, secrets: [`secret://${await made("value-of-another")}`] };
    await expect(
      core.gate.propose(who.author, { config: crafted, metadata: { tags: [] } }),
    ).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  test("in review may not be edited to what it may not use", async () => {
    const name = await made("value-not-for-noop", { task_types: ["service.*"] });
    const task = await submitted(core.noopTask());
    const config = core.noopTask({ output: `secret://${name}` });
    await expect(core.gate.edit(who.author, task.id, { config })).rejects.toMatchObject({
      code: "SECRET_NOT_ALLOWED",
    });
    expect((await core.tasks.get(who.author, task.id)).state).toBe("REVIEWING");
  });

  test("with a secret is not planned where values are not known", async () => {
    const name = await made("value-simulated");
    await applied(core.fileTask("simulated.conf", `secret://${name}`));
    const again = core.fileTask("simulated.conf", `secret://${name}\nmore\n`);
    const input = { config: again, metadata: { tags: [] } };
    expect(JSON.stringify(await core.gate.simulate(who.author, input))).not.toContain("value-simulated");
    const dry = await core.gate.dryRun(who.author, input);
    expect(dry.preview?.changes[0]?.diff).toContain(MASK);
    expect(JSON.stringify(dry)).not.toContain("value-simulated");
  });

  test("is found by the secret that it names, in any spelling, while it has not ended", async () => {
    const name = await made("value-searched");
    const spelled = `secret://${name.toUpperCase().replace("-", "_")}@1`;
    const open = await submitted(core.noopTask({ output: spelled }));
    await applied(core.noopTask({ output: `secret://${name}` }));
    await submitted(core.noopTask({ output: `no reference: ${name}` }));
    expect((await core.secrets.uses(name)).tasks).toEqual([
      expect.objectContaining({ id: open.id, state: "REVIEWING", references: [spelled] }),
    ]);
  });
});

test("under another ADE_SECRET a value is refused by name, told at start, and never garbage", async () => {
  const name = await made("value-of-the-old-key");
  const other = (secret: string) =>
    createSecretsService({
      ...core.connections,
      ...{ clock: systemClock, ids: randomIds },
      ledger: core.ledger,
      executors: core.executors,
      box: createSecretBox(secret, "secret"),
      environment: new Map(),
      undoing: [],
      works: true,
      log: { error: (told: unknown) => void said.push(told) } as never,
    });
  const said: unknown[] = [];
  const rotated = other("another secret of the tests, thirty-two characters");
  const use = {
    config: core.noopTask({ output: `secret://${name}` }),
    keys: [],
    purpose: "apply" as const,
  };
  await expect(rotated.open(who.admin, use)).rejects.toMatchObject({
    code: "SECRET_UNREADABLE",
    message: `Version 1 of secret ${name} was sealed under another ADE_SECRET.`,
  });
  expect(await rotated.warnOfUnreadable()).toBeGreaterThan(0);
  expect(said).toEqual([{ secrets: expect.arrayContaining([`${name}@1`]) }]);
  expect((await rotated.list()).find((each) => each.name === name)!.versions[0]!.readable).toBe(false);
  expect(await core.secrets.warnOfUnreadable()).toBe(0);
  await core.connections.pool.query(
    "UPDATE secret_version v SET sealed = o.sealed FROM secret_version o, secret s WHERE v.secret_id = s.id AND s.name = $1 AND o.id <> v.id",
    [name],
  );
  await expect(core.secrets.open(who.admin, use)).rejects.toMatchObject({ code: "SEALED_DATA_UNREADABLE" });
});

test("the environment's names are read strictly", () => {
  const read = readSecretEnvironment({
    ADE_SECRET: "x",
    ADE_SECRET_A_B: "value",
    ADE_SECRET_C: "",
    OTHER: "y",
  });
  expect([...read]).toEqual([["a-b", "value"]]);
  expect(() => readSecretEnvironment({ ADE_SECRET_1: "v" })).toThrow("ADE_SECRET_1: a secret's name");
  expect(() => readSecretEnvironment({ ADE_SECRET_a: "v", ADE_SECRET_A: "w" })).toThrow("is given twice");
});
