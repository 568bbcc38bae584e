import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../kernel/ids.ts";
import {
  attemptContext,
  type ContractSubject,
  describeExecutorContract,
  taskConfigOf,
} from "../../contract.ts";
import { createExecutorsService } from "../../service.ts";
import { createFilesExecutor } from "./configuration-file.ts";

type Parameters = { root?: string; path: string; content: string | null };

const file = ({ root = "app", path, content }: Parameters) =>
  taskConfigOf({ type: "configuration.file", parameters: { root, path, content } });
const planContext = attemptContext();

/** Every file below a folder with its content and mode, and every folder as null. */
async function worldOf(folder: string): Promise<Record<string, string | null>> {
  const world: Record<string, string | null> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    const mode = (await stat(path)).mode & 0o777;
    world[name] = entry.isFile() ? `${mode.toString(8)} ${await readFile(path, "base64")}` : null;
  }
  return world;
}

async function filesSubject(given: {
  existing?: string;
  path?: string;
  content: string | null;
}): Promise<ContractSubject> {
  const root = await mkdtemp(join(tmpdir(), "ade-files-"));
  const path = given.path ?? "nginx/site.conf";
  if (given.existing !== undefined) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), given.existing, { mode: 0o640 });
  }
  const config = file({ path, content: given.content });
  const bad = (over: Record<string, unknown>, field: string) => ({
    parameters: { root: "app", path, content: "x", ...over },
    field: `config.parameters.${field}`,
  });
  return {
    executor: createFilesExecutor({ roots: { app: root } }),
    config,
    bad: [
      bad({ root: "other" }, "root"),
      bad({ root: 1 }, "root"),
      bad({ root: "__proto__" }, "root"),
      bad({ path: "" }, "path"),
      bad({ path: "../x" }, "path"),
      bad({ content: 1 }, "content"),
      bad({ content: "x".repeat(1024 * 1024 + 1) }, "content"),
      bad({ content: "é".repeat(1024 * 512 + 1) }, "content"),
      bad({ content: "a\0b" }, "content"),
      bad({ content: "a\udc00" }, "content"),
      { parameters: { root: "app", path: "x" }, field: "config.parameters.content" },
    ],
    world: () => worldOf(root),
    changedKeys: (before, after) => {
      const [a, b] = [before, after] as Record<string, string | null>[];
      return [...new Set([...Object.keys(a!), ...Object.keys(b!)])]
        .filter((name) => typeof (a![name] ?? b![name]) === "string" && a![name] !== b![name])
        .map((name) => `configuration:default/app/${name}`);
    },
    disturb: async () => {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), "somebody else was here\n");
    },
    close: () => rm(root, { recursive: true }),
  };
}

describeExecutorContract("configuration.file creating", () => filesSubject({ content: "listen 80;\n" }));
describeExecutorContract("configuration.file replacing", () =>
  filesSubject({ existing: "listen 80;\n", content: "listen 443;\n" }),
);
describeExecutorContract("configuration.file deleting", () =>
  filesSubject({ existing: "listen 80;\n", content: null }),
);
describeExecutorContract("configuration.file at its root, from binary", () =>
  filesSubject({ path: "über uns.txt", existing: "\u0000\ufffd", content: "" }),
);

describe("configuration.file", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "ade-files-"));
  });
  afterEach(() => rm(root, { recursive: true }));
  const executor = () => createFilesExecutor({ roots: { app: root } });

  it("shows the unified diff and the hashes of before and after", async () => {
    await writeFile(join(root, "a.conf"), "one\ntwo\n");
    const preview = await executor().plan(file({ path: "a.conf", content: "one\n2\n" }), planContext);
    expect(preview.changes).toEqual([
      {
        resource: {
          type: "configuration",
          id: "app/a.conf",
          scope: "namespace",
          namespace: "default",
          actions: ["write"],
        },
        action: "update",
        before: { sha256: "c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8", bytes: 8 },
        after: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 6 },
        diff: "--- a/a.conf\n+++ b/a.conf\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n",
      },
    ]);
  });

  it.each([
    ["a.conf", "same\n", "The file already has this content"],
    ["none.conf", null, "There is no such file, so nothing will be deleted"],
  ])("says that %s needs no change, and leaves it alone", async (path, content, warning) => {
    await writeFile(join(root, "a.conf"), "same\n");
    const before = await stat(join(root, "a.conf"));
    const config = file({ path, content });
    const preview = await executor().plan(config, planContext);
    expect(preview).toMatchObject({ valid: true, changes: [], warnings: [warning] });
    await executor().apply(
      config,
      attemptContext({ stash: await executor().stash(config, attemptContext()) }),
    );
    expect((await stat(join(root, "a.conf"))).ino).toBe(before.ino);
  });

  it("warns of characters that a reviewer can't see", async () => {
    const config = file({ path: "a.conf", content: "allow \u202e123\u200b\n" });
    expect((await executor().plan(config, planContext)).warnings).toEqual([
      "The new content holds characters that can't be seen: U+202E, U+200B",
    ]);
  });

  it("warns of a file that the task does not declare, through the service", async () => {
    const service = createExecutorsService({ adapters: [executor()] });
    const config = file({ path: "a.conf", content: "x" });
    expect((await service.plan(config, planContext)).warnings).toEqual([
      "touches configuration:default/app/a.conf, which the task does not declare",
    ]);
    const [declared, touched] = service.resourcesOf(config);
    expect([declared?.id, touched?.id]).toEqual(["trial", "app/a.conf"]);
  });

  it("keeps a file's mode; a new one is readable by all and written by its owner", async () => {
    await writeFile(join(root, "secret.conf"), "x");
    await chmod(join(root, "secret.conf"), 0o600);
    await executor().apply(file({ path: "secret.conf", content: "y" }), attemptContext());
    await executor().apply(file({ path: "new.conf", content: "y" }), attemptContext());
    expect((await stat(join(root, "secret.conf"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "new.conf"))).mode & 0o777).toBe(0o644);
  });

  it("replaces in one step: who has the old file open reads it to its end", async () => {
    await writeFile(join(root, "a.conf"), "old");
    const before = await stat(join(root, "a.conf"));
    await executor().apply(file({ path: "a.conf", content: "new" }), attemptContext());
    expect((await stat(join(root, "a.conf"))).ino).not.toBe(before.ino);
    expect(await readdir(root)).toEqual(["a.conf"]);
  });

  it("clears what an attempt that was killed left beside the file, of this task only", async () => {
    const context = attemptContext({ fencing_tokens: { k: 7 } });
    const task = sha256(`${context.idempotency_key}\na.conf`).slice(0, 16);
    await writeFile(join(root, `.ade-${task}-3.tmp`), "torn");
    await writeFile(join(root, `.ade-${task}-7.tmp`), "torn");
    await writeFile(join(root, ".ade-0000000000000000-1.tmp"), "another task's");
    await executor().apply(file({ path: "a.conf", content: "new" }), context);
    expect((await readdir(root)).sort()).toEqual([".ade-0000000000000000-1.tmp", "a.conf"]);
  });

  it("makes a root's missing folder, and says so before", async () => {
    const missing = join(root, "not", "yet");
    const fresh = createFilesExecutor({ roots: { fresh: missing } });
    const config = file({ root: "fresh", path: "x/a.conf", content: "y" });
    expect((await fresh.plan(config, planContext)).warnings).toEqual([
      "The folder of root fresh does not exist yet; it will be made",
    ]);
    expect(await readdir(root)).toEqual([]);
    await fresh.apply(config, attemptContext());
    expect(await readFile(join(missing, "x/a.conf"), "utf8")).toBe("y");
  });

  it("gives another digest to another folder behind the same root, the same to the rest", () => {
    const config = file({ path: "a.conf", content: "x" });
    const digest = executor().digest(config);
    expect(createFilesExecutor({ roots: { app: "/srv/elsewhere" } }).digest(config)).not.toBe(digest);
    expect(createFilesExecutor({ roots: { app: root, more: "/srv/more" } }).digest(config)).toBe(digest);
  });

  it("rolls back content, mode and the folders that it made, but none that others use now", async () => {
    const config = file({ path: "x/y/z/a.conf", content: "new" });
    const stash = await executor().stash(config, attemptContext());
    await executor().apply(config, attemptContext({ stash }));
    await writeFile(join(root, "x/other.conf"), "somebody's");
    await executor().rollback(stash, attemptContext());
    expect(Object.keys(await worldOf(root)).sort()).toEqual(["x", "x/other.conf"]);
  });

  it("handles 1 MiB, and says in a sentence that an existing file is larger", async () => {
    const content = "0123456789abcde\n".repeat(65_536);
    await executor().apply(file({ path: "big.conf", content }), attemptContext());
    expect((await stat(join(root, "big.conf"))).size).toBe(1024 * 1024);
    await writeFile(join(root, "huge.conf"), Buffer.alloc(1024 * 1024 + 1, "x"));
    await expect(executor().plan(file({ path: "huge.conf", content: "x" }), planContext)).rejects.toThrow(
      "huge.conf is larger than 1 MiB.",
    );
  });

  it("refuses a named pipe at once instead of waiting for its writer", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    await expect(executor().plan(file({ path: "pipe", content: "x" }), planContext)).rejects.toThrow(
      "pipe is not an ordinary file.",
    );
  });

  it("refuses a folder where the file should be, and a file where a folder should be", async () => {
    await mkdir(join(root, "folder"));
    await writeFile(join(root, "file"), "");
    const refusal = { code: "EXECUTION_FAILED" };
    await expect(
      executor().apply(file({ path: "folder", content: "x" }), attemptContext()),
    ).rejects.toMatchObject(refusal);
    await expect(
      executor().apply(file({ path: "file/x", content: "x" }), attemptContext()),
    ).rejects.toMatchObject(refusal);
  });

  it("tells no path of the machine in what goes wrong", async () => {
    await symlink("/etc", join(root, "link"));
    const service = createExecutorsService({ adapters: [executor()] });
    const preview = await service.plan(file({ path: "link/passwd", content: "x" }), planContext);
    expect(preview.valid).toBe(false);
    expect(JSON.stringify(preview)).not.toContain(root);
  });
});
