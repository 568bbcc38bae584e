import { lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptContext, taskConfigOf } from "../../contract.ts";
import { createRegistry } from "../../registry.ts";
import { createFilesExecutor } from "./configuration-file.ts";
import { deleteFile, replaceFile } from "./file-write.ts";
import { inFolder } from "./folder-handle.ts";

const file = (path: string, content: string | null = "stolen") =>
  taskConfigOf({ type: "configuration.file", parameters: { root: "app", path, content } });
const planContext = attemptContext();

describe("symbolic links", () => {
  let base: string;
  let root: string;
  let outside: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "ade-links-"));
    root = join(base, "root");
    outside = join(base, "outside");
    await mkdir(join(root, "sub"), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, "victim"), "precious");
  });
  afterEach(async () => {
    // Whatever was tried: nothing outside was made, changed or deleted.
    expect(await readdir(outside)).toEqual(["victim"]);
    expect(await readFile(join(outside, "victim"), "utf8")).toBe("precious");
    await rm(base, { recursive: true });
  });
  const executor = () => createFilesExecutor({ roots: { app: root } });

  const places: [string, string, () => Promise<void>][] = [
    ["at the target", "sub/link", () => symlink(join(outside, "victim"), join(root, "sub/link"))],
    ["at the target, dangling", "sub/link", () => symlink(join(outside, "new"), join(root, "sub/link"))],
    ["at the target, inside the root", "sub/link", () => symlink("../other", join(root, "sub/link"))],
    ["in the middle", "link/victim", () => symlink(outside, join(root, "link"))],
    ["in the middle, relative", "sub/link/victim", () => symlink("../../outside", join(root, "sub/link"))],
    ["in the middle, inside the root", "link/a", () => symlink("sub", join(root, "link"))],
  ];

  describe.each(places)("%s", (_where, path, make) => {
    it.each(["stolen", null])(
      "are refused at creation with 400 and the field, at plan and at apply",
      async (content) => {
        await make();
        const config = file(path, content);
        await expect(createRegistry([executor()]).validate(config)).rejects.toMatchObject({
          status: 400,
          details: [{ field: "config.parameters.path", issue: expect.stringContaining("symbolic link") }],
        });
        await expect(executor().plan(config, planContext)).rejects.toThrow(/symbolic link/);
        await expect(executor().stash(config, attemptContext())).rejects.toThrow(/symbolic link/);
        await expect(executor().apply(config, attemptContext())).rejects.toThrow(/symbolic link/);
      },
    );

    it("that appear between plan and apply are refused", async () => {
      const config = file(path);
      await executor().plan(config, planContext);
      const stash = await executor().stash(config, attemptContext());
      await make();
      await expect(executor().apply(config, attemptContext({ stash }))).rejects.toThrow(/symbolic link/);
      await expect(executor().rollback(stash, attemptContext())).rejects.toThrow(/symbolic link/);
    });
  });

  it("that replace a folder while it is written to lead nowhere", async () => {
    const swap = async () => {
      await rename(join(root, "sub"), join(root, "moved"));
      await symlink(outside, join(root, "sub"));
    };
    const attempt = inFolder(root, ["sub"], { create: false }, (folder) =>
      replaceFile(
        folder!,
        "victim",
        { bytes: Buffer.from("stolen"), mode: 0o644, owner: null },
        { prefix: ".ade-x-", name: ".ade-x-1.tmp" },
        swap,
      ),
    );
    await expect(attempt).rejects.toThrow(/moved or replaced/);
    expect(await readdir(join(root, "moved"))).toEqual([]);
  });

  it("that replace a folder while its file is deleted spare the file behind them", async () => {
    await writeFile(join(root, "sub/victim"), "mine");
    const attempt = inFolder(root, ["sub"], { create: false }, (folder) =>
      deleteFile(folder!, "victim", async () => {
        await rename(join(root, "sub"), join(root, "moved"));
        await symlink(outside, join(root, "sub"));
      }),
    );
    await expect(attempt).rejects.toThrow(/moved or replaced/);
    expect(await readdir(join(root, "moved"))).toEqual(["victim"]);
  });

  it("that appear at the target in the last moment are replaced themselves, not followed", async () => {
    await inFolder(root, ["sub"], { create: false }, (folder) =>
      replaceFile(
        folder!,
        "a.conf",
        { bytes: Buffer.from("mine"), mode: 0o644, owner: null },
        { prefix: ".ade-y-", name: ".ade-y-1.tmp" },
        () => symlink(join(outside, "victim"), join(root, "sub/a.conf")),
      ),
    );
    expect((await lstat(join(root, "sub/a.conf"))).isFile()).toBe(true);
    expect(await readFile(join(root, "sub/a.conf"), "utf8")).toBe("mine");
  });

  it("may be how an admin spelled the root itself", async () => {
    await symlink(root, join(base, "alias"));
    const aliased = createFilesExecutor({ roots: { app: join(base, "alias") } });
    await aliased.apply(file("sub/a.conf"), attemptContext());
    expect(await readFile(join(root, "sub/a.conf"), "utf8")).toBe("stolen");
  });
});
