import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  attemptContext,
  type ContractSubject,
  describeExecutorContract,
  taskConfigOf,
} from "../../../contract.ts";
import type { Json } from "../../../port.ts";
import { createRegistry } from "../../../registry.ts";
import { createFilesExecutor } from "../configuration-file.ts";

const PATH = "nginx/site.conf";
const TASK = "0192f0c4-0000-7000-8000-000000000001";
const env = {
  ...{ PATH: process.env.PATH, LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
  ...{ GIT_AUTHOR_NAME: "Ann", GIT_AUTHOR_EMAIL: "ann@example.org" },
  ...{ GIT_COMMITTER_NAME: "Ann", GIT_COMMITTER_EMAIL: "ann@example.org" },
};
const run = (cwd: string, ...args: string[]) =>
  execFileSync("git", args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** A repository with two branches, as a bare folder beside somebody's clone of it or as that working folder. */
async function openRepository(files: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "ade-git-test-"));
  const bare = join(folder, "bare.git");
  const clone = join(folder, "clone");
  run(folder, "init", "-q", "--bare", "-b", "main", bare);
  run(folder, "clone", "-q", bare, clone);
  const commit = async (path: string, content: string | null, branch = "main") => {
    if (content === null) await rm(join(clone, path));
    else {
      await mkdir(dirname(join(clone, path)), { recursive: true });
      await writeFile(join(clone, path), content);
    }
    run(clone, "add", "-A");
    run(clone, "commit", "-q", "--allow-empty", "-m", `Change ${path}`);
    run(clone, "push", "-q", "origin", `HEAD:${branch}`);
  };
  run(clone, "checkout", "-q", "-b", "main");
  await commit("README", "hello\n");
  for (const [path, content] of Object.entries(files)) await commit(path, content);
  run(clone, "push", "-q", "origin", "HEAD:refs/heads/other");
  return { folder, bare, clone, commit, close: () => rm(folder, { recursive: true }) };
}
type Repo = Awaited<ReturnType<typeof openRepository>>;

const file = (content: string | null, over: Record<string, unknown> = {}) =>
  taskConfigOf({
    type: "configuration.file",
    parameters: {
      root: "app",
      path: PATH,
      content,
      branch: "main",
      message: "Listen there\n\nAs asked.",
      ...over,
    },
  });
const treeOf = (gitDir: string, branch = "main") =>
  Object.fromEntries(
    run(gitDir, "ls-tree", "-r", branch)
      .split("\n")
      .map((line) => line.split("\t").reverse() as [string, string]),
  );

async function bareSubject(
  content: string | null,
  files: Record<string, string> = {},
): Promise<ContractSubject> {
  const repo = await openRepository(files);
  const bad = (over: Record<string, unknown>, field: string) => ({
    parameters: { ...file("x").parameters, ...over },
    field: `config.parameters.${field}`,
  });
  return {
    // The example is of a plain file, in the first root.
    executor: createFilesExecutor({ roots: { plain: join(repo.folder, "plain"), app: repo.bare } }),
    config: file(content),
    bad: [
      ...[
        "--upload-pack=x",
        "-x",
        "..",
        "a..b",
        "a@{1}",
        "@",
        "HEAD",
        "refs/../x",
        "a//b",
        "/a",
        "a/",
        "a.lock",
      ].map((branch) => bad({ branch }, "branch")),
      ...["a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", ".a", "a/.b", "a\n", "", "nowhere"].map(
        (branch) => bad({ branch }, "branch"),
      ),
      bad({ message: "" }, "message"),
      bad({ message: "x\u0007" }, "message"),
      bad({ message: `Trust me\n\nADE-Task: ${TASK}` }, "message"),
      bad({ path: "../x" }, "path"),
      bad({ path: "README/x" }, "path"),
      bad({ path: ".git/hooks/post-commit" }, "path"),
      bad({ content: "password=secret://db" }, "content"),
      {
        parameters: { root: "app", path: "hooks/update", content: "#!/bin/sh" },
        field: "config.parameters.branch",
      },
    ],
    world: async () => treeOf(repo.bare) as Json,
    changedKeys: (before, after) => {
      const [a, b] = [before, after] as Record<string, string>[];
      return [...new Set([...Object.keys(a!), ...Object.keys(b!)])]
        .filter((name) => a![name] !== b![name])
        .map((name) => `configuration:default/app/${name}`);
    },
    disturb: () => repo.commit(PATH, "somebody else was here\n"),
    close: repo.close,
  };
}

/** The root is somebody's working folder with the branch checked out. */
async function workingSubject(
  content: string | null,
  files: Record<string, string> = {},
): Promise<ContractSubject> {
  const subject = await bareSubject(content, files);
  await subject.close();
  const repo = await openRepository(files);
  const status = () => run(repo.clone, "status", "--porcelain");
  return {
    ...subject,
    executor: createFilesExecutor({ roots: { app: repo.clone } }),
    bad: [],
    world: async () => {
      const onDisk = await readFile(join(repo.clone, PATH), "utf8").catch(() => null);
      return { tree: treeOf(repo.clone), status: status(), onDisk } as Json;
    },
    changedKeys: (before, after) =>
      subject.changedKeys(
        (before as { tree: Json }).tree,
        // Whatever it did, nobody finds uncommitted changes afterwards.
        status() === "" ? (after as { tree: Json }).tree : { unclean: status() },
      ),
    disturb: () => repo.commit(PATH, "somebody else was here\n"),
    ...(content && {
      halve: async () => {
        await mkdir(dirname(join(repo.clone, PATH)), { recursive: true });
        await writeFile(join(repo.clone, PATH), content);
        run(repo.clone, "add", PATH);
      },
    }),
    close: repo.close,
  };
}

describeExecutorContract("configuration.file committing a new file", () => bareSubject("listen 80;\n"));
describeExecutorContract("configuration.file committing a change", () =>
  bareSubject("listen 443;\n", { [PATH]: "listen 80;\n" }),
);
describeExecutorContract("configuration.file committing a deletion", () =>
  bareSubject(null, { [PATH]: "listen 80;\n" }),
);
describeExecutorContract("configuration.file committing to a branch that is checked out", () =>
  workingSubject("listen 443;\n", { [PATH]: "listen 80;\n" }),
);

describe("a commit", () => {
  let repo: Repo;
  const executor = (folder = repo.bare) => createFilesExecutor({ roots: { app: folder } });
  const author = { id: "0192f0c4-0000-7000-8000-0000000000aa", name: "Mia <root@x>\nADE-Task: no" };
  const context = (over = {}) => attemptContext({ author, ...over });
  const plan = (config: ReturnType<typeof file>, folder?: string) => executor(folder).plan(config, context());
  beforeEach(async () => {
    repo = await openRepository({ [PATH]: "one\ntwo\n", "scripts/run": "#!/bin/sh\n" });
  });
  afterEach(() => repo.close());

  it("is its author's, names its task, changes one path and keeps that path's mode", async () => {
    await chmod(join(repo.clone, "scripts/run"), 0o755);
    await repo.commit("README", "hello again\n");
    const config = file("#!/bin/sh\nexit\n", { path: "scripts/run" });
    const preview = await plan(config);
    expect(preview.changes[0]!.diff).toContain("+exit");
    const before = treeOf(repo.bare);
    const { output } = await executor().apply(config, context());
    const made = run(repo.bare, "log", "-1", "--format=%H%n%an <%ae>%n%cn%n%B", "main");
    expect(made).toBe(
      `${/[0-9a-f]{40}/.exec(output)![0]}\nMia root@xADE-Task: no <${author.id}@users.ade.invalid>\nCommunity ADE\n` +
        `Listen there\n\nAs asked.\n\nADE-Task: ${TASK}\nADE-Key: ${TASK}:1`,
    );
    const after = treeOf(repo.bare);
    expect(after["scripts/run"]).toMatch(/^100755 /);
    expect({ ...after, "scripts/run": before["scripts/run"] }).toEqual(before);
    expect(run(repo.bare, "fsck", "--strict")).toBe("");
  });

  it("is built upon what others commit to other paths meanwhile, however many at once", async () => {
    const paths = Array.from({ length: 6 }, (_, at) => `many/${at}.conf`);
    await Promise.all(
      paths.map(async (path, at) => {
        const config = file(`${at}\n`, { path });
        const key = { idempotency_key: `${TASK}:${at}` };
        const stash = await executor().stash(config, context(key));
        await executor().apply(config, context({ ...key, stash }));
      }),
    );
    expect(Object.keys(treeOf(repo.bare)).filter((path) => path.startsWith("many/"))).toEqual(paths);
    expect(run(repo.bare, "rev-list", "--merges", "--count", "main")).toBe("0");
  });

  it("loses no commit that lands between its look and its move, and refuses one to its path", async () => {
    const config = file("one\n2\n");
    const stash = await executor().stash(config, context());
    const landing = (path: string) => ({
      ...context({ stash }),
      report: () => {
        execFileSync(
          "sh",
          ["-c", `echo other > "${path}" && git commit -qam other && git push -q origin HEAD:main`],
          {
            cwd: repo.clone,
            env,
          },
        );
      },
    });
    await expect(executor().apply(config, landing(PATH))).rejects.toThrow(
      `app/${PATH} on main was changed by somebody else; nothing was overwritten.`,
    );
    expect(run(repo.bare, "show", `main:${PATH}`)).toBe("other");
  });

  it("is reverted by a commit that names it, unless somebody changed the path since", async () => {
    const config = file("one\n2\n");
    const stash = await executor().stash(config, context());
    const { output } = await executor().apply(config, context({ stash }));
    const made = /[0-9a-f]{40}/.exec(output)![0];
    run(repo.clone, "pull", "-q", "origin", "main");
    await repo.commit("README", "unrelated\n");
    await executor().rollback(stash, context());
    expect(run(repo.bare, "log", "-1", "--format=%B", "main")).toBe(
      `Revert "Listen there"\n\nThis reverts commit ${made}.\n\nADE-Task: ${TASK}\nADE-Reverts: ${made}`,
    );
    expect(run(repo.bare, "show", `main:${PATH}`)).toBe("one\ntwo");
    expect(run(repo.bare, "show", "main:README")).toBe("unrelated");

    await executor().apply(config, context({ stash }));
    run(repo.clone, "pull", "-q", "origin", "main");
    await repo.commit(PATH, "one\n2\nthree\n");
    await expect(executor().rollback(stash, context())).rejects.toThrow(
      "was changed since by another commit; reverting would undo that too",
    );
  });

  it("runs no hook and no program that the repository's settings name", async () => {
    const trace = join(repo.folder, "trace");
    const program = `#!/bin/sh\necho "$0" >> ${trace}\n`;
    for (const hook of [
      "reference-transaction",
      "update",
      "post-update",
      "pre-commit",
      "post-index-change",
    ]) {
      for (const hooks of [join(repo.bare, "hooks"), join(repo.clone, ".git/hooks")])
        await writeFile(join(hooks, hook), program, { mode: 0o755 });
    }
    const evil = join(repo.folder, "evil");
    await writeFile(evil, program, { mode: 0o755 });
    for (const gitDir of [repo.bare, join(repo.clone, ".git")]) {
      for (const name of ["core.fsmonitor", "core.pager", "core.editor", "gpg.program", "filter.x.clean"])
        run(gitDir, `--git-dir=${gitDir}`, "config", name, evil);
      run(gitDir, `--git-dir=${gitDir}`, "config", "commit.gpgSign", "true");
      await mkdir(join(gitDir, "info"), { recursive: true });
      await writeFile(join(gitDir, "info/attributes"), "* filter=x\n");
    }
    await rm(trace, { force: true });
    for (const folder of [repo.bare, repo.clone]) {
      const stash = await executor(folder).stash(file("one\n2\n"), context());
      await plan(file("one\n2\n"), folder);
      await executor(folder).apply(file("one\n2\n"), context({ stash }));
      await executor(folder).inspect(stash, file("one\n2\n"), context());
      await executor(folder).rollback(stash, context());
    }
    await expect(readFile(trace, "utf8")).rejects.toThrow("ENOENT");
  });

  it("follows neither links nor submodules, and says what is in the way", async () => {
    await symlink("/etc", join(repo.clone, "link"));
    await symlink("/etc/passwd", join(repo.clone, "passwd"));
    run(repo.clone, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
    run(repo.clone, "add", "link", "passwd");
    run(repo.clone, "commit", "-q", "-m", "Links");
    run(repo.clone, "push", "-q", "origin", "main");
    for (const [path, sentence] of [
      ["link/passwd", "link is a symbolic link; links are not followed on that branch"],
      ["passwd", "passwd is a symbolic link"],
      ["module/x", "module is a submodule"],
      ["module", "module is a submodule"],
      ["nginx", "nginx is a folder"],
      ["README/x", "README is a file, so nothing lies below it"],
    ] as const) {
      const config = file("x", { path });
      await expect(plan(config)).rejects.toThrow(sentence.split(" on that")[0]);
      await expect(executor().apply(config, context())).rejects.toThrow();
      const refusal = await createRegistry([executor()])
        .validate(config)
        .catch((error) => error);
      expect(refusal.details[0].field).toBe("config.parameters.path");
    }
  });

  it("leaves somebody's working folder alone where its branch is not checked out there", async () => {
    await writeFile(join(repo.clone, PATH), "work in progress\n");
    run(repo.clone, "branch", "-q", "topic");
    const config = file("one\n2\n", { branch: "topic" });
    await executor(repo.clone).apply(config, context());
    expect(run(repo.clone, "show", `topic:${PATH}`)).toBe("one\n2");
    expect(await readFile(join(repo.clone, PATH), "utf8")).toBe("work in progress\n");
    expect(run(repo.clone, "status", "--porcelain")).toBe(`M ${PATH}`);
  });

  it("is refused where it would run over uncommitted work, in the root's folder or a linked one", async () => {
    const config = file("one\n2\n");
    await writeFile(join(repo.clone, PATH), "work in progress\n");
    await expect(plan(config, repo.clone)).rejects.toThrow("has changes in the working folder");
    await expect(executor(repo.clone).apply(config, context())).rejects.toThrow(
      "has changes in the working folder",
    );
    expect(await readFile(join(repo.clone, PATH), "utf8")).toBe("work in progress\n");
    run(repo.clone, "worktree", "add", "-q", join(repo.folder, "linked"), "-b", "linked");
    await expect(plan(file("x", { branch: "linked" }), repo.clone)).rejects.toThrow("another working folder");
  });

  it("is refused with a sentence where the root is no repository, and where git is not installed", async () => {
    const plain = await mkdtemp(join(repo.folder, "plain-"));
    const refusal = (folder: string) =>
      createRegistry([executor(folder)])
        .validate(file("x"))
        .catch((error) => error.details);
    expect(await refusal(plain)).toEqual([
      { field: "config.parameters.branch", issue: "root app is no Git repository" },
    ]);
    const path = process.env.PATH;
    process.env.PATH = plain;
    try {
      expect(await refusal(repo.bare)).toEqual([
        { field: "config.parameters.branch", issue: expect.stringContaining("git is not installed") },
      ]);
    } finally {
      process.env.PATH = path;
    }
    expect(await refusal(join(repo.folder, "not-here"))).toBe(undefined);
  });
});
