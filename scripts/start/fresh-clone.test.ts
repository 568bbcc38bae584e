import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const HIDDEN = pathToFileURL(join(import.meta.dirname, "without-generated.mjs")).href;

/** Runs a program where Prisma's client is not there, as in a clone that was never started. */
const runFresh = (program: string) =>
  run(process.execPath, ["--import", HIDDEN, "--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" },
  });

/** What main.ts loads before its first line runs. */
function loadedFirst(): string[] {
  const source = readFileSync(join(import.meta.dirname, "main.ts"), "utf8");
  return [...source.matchAll(/^import [^;]*? from "([^"]+)";/gms)].map(([, specifier]) => specifier!);
}

test("npm start reaches the making of Prisma's client without it", async () => {
  const loaded = loadedFirst();
  expect(loaded).toContain("./check-settings.ts");
  const { stdout } = await runFresh(`
    for (const specifier of ${JSON.stringify(loaded)}) await import(specifier);
    const { checkSettings } = await import("./check-settings.ts");
    const { processSpecs } = await import("./processes.ts");
    const { readSettings } = await import("./settings.ts");
    const urls = { databaseUrl: "postgres://ade@127.0.0.1/ade", redisUrl: "redis://127.0.0.1", secret: "s".repeat(32) };
    await checkSettings(await processSpecs(readSettings({}), urls));
    console.log("checked");
  `);
  expect(stdout).toBe("checked\n");
});

test("what needs the client is found out", async () => {
  await expect(runFresh(`await import("../../packages/core/src/connect.ts")`)).rejects.toThrow(
    /wants generated code/,
  );
});
