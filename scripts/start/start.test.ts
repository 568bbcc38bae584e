import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { countPlaywright, countVitest } from "../test/counts.ts";
import { backoffMs } from "./backoff.ts";
import { lastErrorOf, readLogLine } from "./log-line.ts";
import { readSecret, readSettings } from "./settings.ts";
import { digestOf, isStamped, stamp } from "./stamp.mjs";

const folder = mkdtempSync(join(tmpdir(), "ade-start-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("settings have the defaults of the specification", () => {
  expect(readSettings({})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    demo: true,
    testExecutors: true,
    publicUrl: "http://localhost:3000",
  });
});

test("demo and test executors are off with a database of one's own, unless switched on", () => {
  const DATABASE_URL = "postgresql://a:b@db:5432/ade";
  expect(readSettings({ DATABASE_URL })).toMatchObject({ demo: false, testExecutors: false });
  expect(readSettings({ DATABASE_URL, ADE_DEMO: "1" })).toMatchObject({ demo: true, testExecutors: false });
  expect(readSettings({ ADE_DEMO: "0" })).toMatchObject({ demo: false, testExecutors: true });
});

test.each([
  [{ PORT: "three" }, /PORT is "three" and must be a number from 1 to 65535/],
  [{ PORT: "70000" }, /PORT/],
  [{ DATABASE_URL: "mysql://u:secret@x/y" }, /DATABASE_URL is not an address like postgresql:/],
  [{ REDIS_URL: "localhost" }, /REDIS_URL is not an address like redis:/],
  [{ ADE_DEMO: "yes" }, /ADE_DEMO is "yes" and must be 1 or 0/],
  [{ ADE_ADMIN_EMAIL: "nobody" }, /ADE_ADMIN_EMAIL/],
  [{ ADE_ADMIN_PASSWORD: "secret-secret" }, /ADE_ADMIN_EMAIL: set both/],
])("a wrong setting is named with what is expected: %o", (env, sentence) => {
  expect(() => readSettings(env)).toThrow(sentence);
});

test("no setting's sentence repeats a password", () => {
  expect(() => readSettings({ DATABASE_URL: "mysql://u:hunter2@x/y" })).not.toThrow(/hunter2/);
});

test("the demo's files are a root beside those that are given", () => {
  expect(readSettings({ ADE_DATA_DIR: "/d", ADE_FILE_ROOTS: "a=/x" }).fileRoots).toBe(
    "a=/x,demo=/d/demo-files",
  );
  expect(readSettings({ ADE_DATA_DIR: "/d", ADE_FILE_ROOTS: "demo=/x" }).fileRoots).toBe("demo=/x");
  expect(readSettings({ ADE_DEMO: "0", ADE_FILE_ROOTS: "a=/x" }).fileRoots).toBe("a=/x");
});

test("a secret is made once and kept; a short one is refused", () => {
  const made = readSecret({}, folder);
  expect(made.length).toBeGreaterThanOrEqual(32);
  expect(readSecret({}, folder)).toBe(made);
  expect(() => readSecret({ ADE_SECRET: "short" }, folder)).toThrow(/at least 32 characters/);
});

test("crashes in a row wait longer each time, at most half a minute", () => {
  expect([1, 2, 3, 4, 20].map(backoffMs)).toEqual([500, 1000, 2000, 4000, 30_000]);
});

test("the one-time password of the first admin is shown and not kept", () => {
  const line = "First admin: admin@ade.local, one-time password abc";
  expect(readLogLine("api", line)).toEqual({ show: line, keep: false });
  expect(readLogLine("worker", "plain")).toEqual({ keep: true });
});

test("errors of the log are shown short, the rest is kept only", () => {
  expect(readLogLine("worker", '{"level":50,"msg":"failed","err":{"message":"why"}}')).toEqual({
    show: "worker: failed: why",
    keep: true,
  });
  expect(readLogLine("worker", '{"level":30,"msg":"ready"}')).toEqual({ keep: true });
});

test("the reason of a failed start is its last error without the stack", () => {
  const log =
    "file:///x.ts:1\nError: These settings are wrong: PORT: expected number\n    at x (y)\n\nNode.js v24";
  expect(lastErrorOf(log)).toBe("These settings are wrong: PORT: expected number");
  expect(lastErrorOf("error: permission denied for schema pgboss\n    at x {\n  code: '42501'\n}\n")).toBe(
    "permission denied for schema pgboss",
  );
  expect(lastErrorOf("last words\n\nNode.js v24.21.0\n")).toBe("last words");
  expect(lastErrorOf("")).toBeUndefined();
});

test("a stamp holds as long as contents stay, tests and generated files aside", () => {
  const sources = join(folder, "src");
  stamp(join(sources, "one.ts"), "1");
  const before = digestOf(folder, ["src"]);
  stamp(join(sources, "one.test.ts"), "test");
  stamp(join(sources, "generated/client.ts"), "made");
  expect(digestOf(folder, ["src"])).toBe(before);
  stamp(join(sources, "two.ts"), "2");
  const after = digestOf(folder, ["src"]);
  expect(after).not.toBe(before);
  const file = join(folder, "stamp");
  expect(isStamped(file, after)).toBe(false);
  stamp(file, after);
  expect(isStamped(file, after)).toBe(true);
});

test("counts: a file that can't be loaded, and a runner that ends badly, are failures", () => {
  const file = join(folder, "report.json");
  stamp(file, "");
  const vitest = (testResults: object[]) =>
    writeFileSync(file, JSON.stringify({ numPassedTests: 2, numFailedTests: 0, testResults }));
  vitest([{ name: "/broken.test.ts", status: "failed", assertionResults: [] }]);
  expect(countVitest(file, 1)).toMatchObject({ passed: 2, failed: 1, failedFiles: ["/broken.test.ts"] });
  vitest([]);
  expect(countVitest(file, 1)).toMatchObject({ passed: 2, failed: 1, failedFiles: [] });
  expect(countVitest(file, 0)).toMatchObject({ passed: 2, failed: 0 });
  writeFileSync(file, JSON.stringify({ stats: { expected: 3, unexpected: 1, flaky: 1 } }));
  expect(countPlaywright(file, 1)).toEqual({ passed: 4, failed: 1 });
});

test("counts: what a file that is tried again had passed is not counted twice", () => {
  const file = join(folder, "report.json");
  stamp(file, "");
  const [passed, failed] = [{ status: "passed" }, { status: "failed" }];
  const testResults = [
    { name: "/good.test.ts", status: "passed", assertionResults: [passed, passed] },
    { name: "/unlucky.test.ts", status: "failed", assertionResults: [passed, failed, passed] },
  ];
  writeFileSync(file, JSON.stringify({ numPassedTests: 4, numFailedTests: 1, testResults }));
  expect(countVitest(file, 1)).toEqual({
    ...{ passed: 4, failed: 1 },
    ...{ failedFiles: ["/unlucky.test.ts"], passedElsewhere: 2 },
  });
});
