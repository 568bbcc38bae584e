/**
 * `npm test` on Node 24: everything that Vitest runs, then the journeys in Chromium against a built dashboard.
 * `npm test -- <filter>` gives the filter to Vitest and runs nothing else.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "@ade/embedded/chromium";
import { messageOf } from "@ade/embedded/plain-error";
import { removeAbandonedRuns } from "@ade/testkit/run-folder";
import { root } from "../start/bootstrap.mjs";
import { buildWeb, generateClient } from "../start/prepare.ts";
import { type Counts, countPlaywright, countVitest } from "./counts.ts";
import { isInterrupted, runStage } from "./stage.ts";

const filters = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), "ade-reports-"));
process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

async function unitTests(): Promise<Counts> {
  const report = join(reports, "vitest.json");
  const exitCode = await runStage(
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...filters,
    ],
    root,
  );
  return countVitest(report, exitCode);
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
