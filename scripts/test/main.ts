/**
 * `npm test` on Node 24: everything that Vitest runs, then the journeys in Chromium against a built dashboard.
 * `npm test -- <filter>` gives the filter to Vitest and runs nothing else.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureChromium } from "@ade/embedded/chromium";
import { messageOf } from "@ade/embedded/plain-error";
import { removeAbandonedRuns } from "@ade/testkit/run-folder";
import { root } from "../start/bootstrap.mjs";
import { buildWeb, generateClient } from "../start/prepare.ts";
import { type Counts, countPlaywright, countVitest, type VitestCounts } from "./counts.ts";
import { isInterrupted, runStage } from "./stage.ts";
import { strayOf } from "./stray-errors.ts";

/**
 * A test on real servers can fail because the machine stood still; what fails twice is a fault, and so is what fails in
 * many files. The whole file is run again, in a database of its own: one test alone would find what its first try left.
 */
const MOST_SECOND_TRIES = 5;
const filters = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), "ade-reports-"));
process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

type Run = VitestCounts & { isStray: boolean };

async function vitest(name: string, files: readonly string[]): Promise<Run> {
  const report = join(reports, `${name}.json`);
  const exitCode = await runStage(
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--reporter=${join(root, "scripts/test/stray-errors.ts")}`,
      `--outputFile.json=${report}`,
      ...files,
    ],
    root,
  );
  return { ...countVitest(report, exitCode), isStray: existsSync(strayOf(report)) };
}

/** In continuous integration a file in which something failed gets a second try; an error outside of all tests none. */
async function unitTests(): Promise<Counts> {
  const first = await vitest("vitest", filters);
  const { failedFiles, passedElsewhere, isStray } = first;
  const mayBeBadLuck = !isStray && failedFiles.length > 0 && failedFiles.length <= MOST_SECOND_TRIES;
  if (!process.env.CI || !mayBeBadLuck || isInterrupted()) return first;
  const names = failedFiles.map((file) => relative(root, file));
  console.log(`\n== A second try: ${names.join(", ")}`);
  const second = await vitest("second-try", failedFiles);
  return { passed: passedElsewhere + second.passed, failed: second.failed };
}

async function journeys(): Promise<Counts> {
  const chromium = ensureChromium(console.log);
  console.log(`Dashboard: ${await buildWeb()}`);
  const report = join(reports, "playwright.json");
  const exitCode = await runStage(
    [join(root, "e2e/node_modules/@playwright/test/cli.js"), "test", "--reporter=list,json"],
    join(root, "e2e"),
    { ADE_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  );
  return countPlaywright(report, exitCode);
}

/** A stage that ends without counts is one failure, whatever the reason. */
async function stage(name: string, run: () => Promise<Counts>): Promise<Counts> {
  console.log(`\n== ${name}`);
  try {
    return await run();
  } catch (error) {
    console.error(messageOf(error));
    return { passed: 0, failed: 1 };
  }
}

const all: Counts[] = [];
all.push(
  await stage("Tests", async () => {
    await generateClient();
    return await unitTests();
  }),
);
if (filters.length === 0 && !isInterrupted()) all.push(await stage("Journeys in Chromium", journeys));

// An interrupted run ends without its teardown.
removeAbandonedRuns();
const passed = all.reduce((sum, counts) => sum + counts.passed, 0);
const failed = all.reduce((sum, counts) => sum + counts.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
