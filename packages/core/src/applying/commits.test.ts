import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkshop, type Workshop } from "./applying-fixture.ts";

let core: Workshop;
const env = {
  ...{ PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
  ...{ GIT_AUTHOR_NAME: "Ann", GIT_AUTHOR_EMAIL: "ann@example.org" },
  ...{ GIT_COMMITTER_NAME: "Ann", GIT_COMMITTER_EMAIL: "ann@example.org" },
};
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: core.filesDir, env, encoding: "utf8" }).trim();
function commit(path: string, content: string): void {
  writeFileSync(join(core.filesDir, path), content);
  git("add", path);
  git("commit", "-q", "-m", `Ann changes ${path}`);
}

beforeAll(async () => {
  core = await openWorkshop();
  git("init", "-q", "-b", "main");
});
afterAll(() => core.dispose());

/** An approved task that commits this content. */
function approved(path: string, content: string) {
  const { who } = core;
  const parameters = { root: "files", path, content, branch: "main", message: `Set ${path}` };
  return core.approved(who.author, who.reviewer, core.fileTask(path, content, { parameters }));
}

test("an approved commit is its author's, names its task, and is reverted by the task that rolls it back", async () => {
  commit("app.conf", "one\n");
  const task = await approved("app.conf", "two\n");
  expect((await core.tasks.get(core.who.author, task.id)).preview!.changes[0]!.diff).toContain(
    "-one\n+two\n",
  );
  expect(await core.run(task.id)).toBe("ended");
  const done = await core.tasks.get(core.who.author, task.id);
  expect(done.execution).toMatchObject({ result: "success", output: expect.stringContaining("on main") });
  expect(git("log", "-1", "--format=%an%n%ae%n%B")).toBe(
    `${core.who.author.name}\n${core.who.author.id}@users.ade.invalid\n` +
      `Set app.conf\n\nADE-Task: ${task.id}\nADE-Key: ${task.id}:1`,
  );
  expect(git("status", "--porcelain")).toBe("");

  const rollback = await core.applying.rollBack(core.who.author, task.id, {});
  const mine = rollback.approvals.find(({ reviewer_id }) => reviewer_id === core.who.reviewer.id)!;
  await core.gate.respond(core.who.reviewer, mine.id, core.yes());
  expect(await core.run(rollback.id)).toBe("ended");
  expect(git("log", "-1", "--format=%s")).toBe('Revert "Set app.conf"');
  expect(git("show", "main:app.conf")).toBe("one");
  expect(git("status", "--porcelain")).toBe("");
});

test("a commit of somebody else's to the path sends the task back; one to another path does not", async () => {
  commit("a.conf", "one\n");
  const free = await approved("b.conf", "mine\n");
  const taken = await approved("a.conf", "mine\n");
  commit("a.conf", "Ann's\n");
  expect(await core.run(taken.id)).toBe("sent back");
  expect(git("show", "main:a.conf")).toBe("Ann's");
  expect(await core.run(free.id)).toBe("ended");
  expect(git("show", "main:b.conf")).toBe("mine");
  expect(git("show", "main:a.conf")).toBe("Ann's");
});
