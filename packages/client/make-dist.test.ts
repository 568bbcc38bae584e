import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDist } from "./make-dist.ts";

const TSC = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
// Inside, so that the declarations find zod as they would beside an installed client.
let dist: string;
beforeAll(() => {
  dist = mkdtempSync(join(import.meta.dirname, "node_modules/.dist-"));
  makeDist(dist);
});
afterAll(() => rmSync(dist, { recursive: true, force: true }));

test("what is published imports nothing but its own files, and nothing of Node", async () => {
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".js"),
  );
  expect(files).toContain("core/src/locks/lease.js");
  for (const path of files) {
    const text = readFileSync(join(dist, path), "utf8");
    expect(text).not.toMatch(/\b(from|import) ?\(?"[^.]/);
    expect(text).not.toMatch(/\b(Buffer|process|require|setImmediate)\b ?[.(]/);
  }
  const { createClient, isLockLost } = await import(pathToFileURL(join(dist, "client/src/client.js")).href);
  expect(createClient({ url: "http://localhost:3000" }).withLock).toBeTypeOf("function");
  expect(isLockLost(new Error("another"))).toBe(false);
});

test("its declarations are whole: a strict program with the web's types alone compiles by them", () => {
  const program = `import { createClient } from "./client/src/client.js";
    const ade = createClient({ url: "http://localhost:3000" });
    const token: Promise<number> = ade.withLock("database:prod/main", { ttl_seconds: 10 }, (l) => l.fencing_token);
    const state: Promise<"COMPLETED" | string> = ade.tasks.get("x").then((task) => task.state);
    // @ts-expect-error: there is no such option
    const wrong = ade.withLock("database:prod/main", { ttl: 10 }, () => 1);
    console.log(token, state, wrong);`;
  writeFileSync(join(dist, "program.ts"), program);
  const options = ["--strict", "--noEmit", "--target", "ES2022", "--module", "NodeNext", "--types", ""];
  const lib = ["--lib", "ES2023,DOM,DOM.Iterable"];
  const compile = [TSC, ...options, ...lib, join(dist, "program.ts")];
  expect(execFileSync(process.execPath, compile, { encoding: "utf8" })).toBe("");
}, 60_000);
