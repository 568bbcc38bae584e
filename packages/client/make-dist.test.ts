import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, expect, test } from "vitest";

const require = createRequire(import.meta.url);
const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
/** What people run it with: the machine's Node where that is an older one, else ours. */
const NODE = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;

/** The package as npm would install it, from the archive that would be published. */
let project: string;
let installed: string;
beforeAll(() => {
  project = mkdtempSync(join(import.meta.dirname, "node_modules/.published-"));
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
  execFileSync("pnpm", ["pack", "--pack-destination", project], { cwd: import.meta.dirname, env });
  const archive = readdirSync(project).find((name) => name.endsWith(".tgz"))!;
  installed = join(project, "node_modules/@ade/client");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, archive), "--strip-components=1", "-C", installed]);
  // The one package that its declarations name.
  symlinkSync(dirname(require.resolve("zod/package.json")), join(project, "node_modules/zod"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("it imports nothing but its own files, and nothing of Node, and says so in its manifest", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  expect(manifest).toMatchObject({ sideEffects: false, type: "module", engines: { node: ">=20.3" } });
  expect(readFileSync(join(installed, "README.md"), "utf8")).toContain("createClient");
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  expect(files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  const code = files.filter((path) => path.endsWith(".js"));
  expect(code).toContain("dist/packages/core/src/locks/lease.js");
  for (const path of code) {
    const text = readFileSync(join(installed, path), "utf8");
    expect(text).not.toMatch(/\b(from|import) ?\(?"[^.]/);
    expect(text).not.toMatch(/\b(Buffer|process|require|setImmediate)\b ?[.(]/);
  }
});

test("it runs on the Node that people have", () => {
  const program = `import { createClient, isCoded, isLockLost } from "@ade/client";
    const ade = createClient({ url: "http://127.0.0.1:9", apiKey: "ade_none", patienceMs: 0 });
    const failed = await ade.me().catch((error) => isCoded(error, "NO_ANSWER"));
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    for await (const event of ade.events({ channels: ["tasks"], signal: abort.signal })) throw event;
    console.log(process.version, failed, isLockLost(new Error("another")), Object.keys(ade).sort().join());`;
  writeFileSync(join(project, "program.mjs"), program);
  const out = execFileSync(NODE, [join(project, "program.mjs")], { encoding: "utf8" });
  expect(out).toMatch(
    /^v\d+\S+ true false agents,approvals,audit,.*events,gate,locks,me,send,tasks.*withLock\n$/,
  );
});

test("its declarations are whole: a strict program with the web's types alone compiles by them", () => {
  const program = `import { createClient, type Decision } from "@ade/client";
    const ade = createClient({ url: "http://localhost:3000" });
    const token: Promise<number> = ade.withLock("database:prod/main", { ttl_seconds: 10 }, (l) => l.fencing_token);
    const state: Promise<"COMPLETED" | string> = ade.tasks.get("x").then((task) => task.state);
    for await (const event of ade.events({ channels: ["tasks"] })) {
      if (event.event === "task:state_changed") { const to: string | null = event.payload.new_state; console.log(to); }
      // @ts-expect-error: only of events that have it
      if (event.event === "task:created") console.log(event.payload.new_state);
    }
    export const why = ({ decision, reason }: Decision): string => (decision === "approved" ? "" : (reason ?? decision));
    // @ts-expect-error: there is no such option
    const wrong = ade.withLock("database:prod/main", { ttl: 10 }, () => 1);
    console.log(token, state, wrong);`;
  writeFileSync(join(project, "program.ts"), program);
  const options = ["--strict", "--noEmit", "--target", "ES2022", "--module", "NodeNext", "--types", ""];
  const lib = ["--lib", "ES2023,DOM,DOM.Iterable"];
  const compile = [TSC, ...options, ...lib, join(project, "program.ts")];
  expect(execFileSync(process.execPath, compile, { encoding: "utf8" })).toBe("");
}, 60_000);

test("a bundle holds only what is used of it", async () => {
  const sizeOf = async (program: string): Promise<string> => {
    const input = join(project, `entry-${program.length}.mjs`);
    writeFileSync(input, program);
    const bundle = await rolldown({ input });
    const { output } = await bundle.generate({ format: "esm" });
    return output[0].code;
  };
  const whole = await sizeOf('export * from "@ade/client";');
  const locks = await sizeOf('export { createLocks, createTransport } from "@ade/client";');
  const small = await sizeOf('export { isCoded } from "@ade/client";');
  expect(whole).toContain("text/event-stream");
  expect(locks).toContain("/locks/acquire");
  expect(locks).not.toContain("/approvals");
  expect(small.length).toBeLessThan(whole.length / 5);
  expect(small).not.toContain("fetch");
});
