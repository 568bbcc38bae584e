import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const NODE = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;

/** The program as npm would install it, from the archive that would be published. */
let project: string;
let installed: string;
beforeAll(() => {
  project = mkdtempSync(join(import.meta.dirname, "node_modules/.published-"));
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
  execFileSync("pnpm", ["pack", "--pack-destination", project], { cwd: import.meta.dirname, env });
  const archive = readdirSync(project).find((name) => name.endsWith(".tgz"))!;
  installed = join(project, "node_modules/@ade/cli");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, archive), "--strip-components=1", "-C", installed]);
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(project, "node_modules", name, ".."), { recursive: true });
    symlinkSync(join(import.meta.dirname, "node_modules", name), join(project, "node_modules", name));
  }
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("what is published runs on the Node that people have, and needs only what its manifest names", () => {
  const { bin, dependencies, version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const ade = (...args: string[]) =>
    spawnSync(NODE, [join(installed, bin.ade), ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: project },
    });
  expect(ade("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("Usage: ade") });
  expect(ade("--version")).toMatchObject({ status: 0, stdout: `${version}\n` });
  expect(ade("completion", "bash").stdout).toContain("complete -o default -F _ade ade");
  const away = ade(
    "whoami",
    "--url",
    "http://127.0.0.1:9",
    "--api-key",
    "ade_none",
    "--patience",
    "0",
    "--json",
  );
  expect(away.status).toBe(7);
  expect(JSON.parse(away.stderr).error.code).toBe("NO_ANSWER");

  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.filter((path) => path.endsWith(".ts"))).toEqual([]);
  const named = new Set<string>();
  for (const path of files.filter((each) => each.endsWith(".js"))) {
    const text = readFileSync(join(installed, path), "utf8");
    for (const [, specifier = ""] of text.matchAll(/\b(?:from |import\()"([^".][^"]*)"/g))
      named.add(specifier);
  }
  const packages = [...named].filter((name) => !name.startsWith("node:"));
  for (const name of packages) {
    const own = name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : name.split("/")[0]!;
    expect(Object.keys(dependencies)).toContain(own);
  }
});
