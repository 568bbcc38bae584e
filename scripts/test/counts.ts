import { readFileSync } from "node:fs";

export type Counts = { passed: number; failed: number };

type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string }[] }[];
};

/** Of one run of Vitest, and what a second run of its failed files begins from. */
export type VitestCounts = Counts & {
  failedFiles: string[];
  /** Of `passed`, those in files where nothing failed. */
  passedElsewhere: number;
};

type PlaywrightReport = { stats: { expected: number; unexpected: number; flaky: number } };

/** Reads Vitest's JSON report. A file that failed outside of its tests counts as one failure. */
export function countVitest(report: string, exitCode: number): VitestCounts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  ) as VitestReport;
  const failed = testResults.filter(({ status }) => status === "failed");
  const having = (wanted: string) =>
    failed.map(({ assertionResults }) => assertionResults.filter(({ status }) => status === wanted).length);
  const brokenFiles = having("failed").filter((tests) => tests === 0).length;
  return {
    ...atLeastOneFailure({ passed: numPassedTests, failed: numFailedTests + brokenFiles }, exitCode),
    failedFiles: failed.map(({ name }) => name),
    passedElsewhere: having("passed").reduce((rest, passed) => rest - passed, numPassedTests),
  };
}

/** Reads Playwright's JSON report. A test that passed on a second try has passed. */
export function countPlaywright(report: string, exitCode: number): Counts {
  const { stats } = JSON.parse(readFileSync(report, "utf8")) as PlaywrightReport;
  return atLeastOneFailure({ passed: stats.expected + stats.flaky, failed: stats.unexpected }, exitCode);
}

/** A runner that ends badly without a failed test (an unhandled error, no tests at all) has failed itself. */
function atLeastOneFailure(counts: Counts, exitCode: number): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
