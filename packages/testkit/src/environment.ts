import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Debian's Redis, where it had to be unpacked, is kept here from one run to the next. */
export const toolsDir = join(fileURLToPath(import.meta.url), "../../../../node_modules/.cache/ade-tools");

/** What the global setup hands to the test files, through the environment that their processes inherit. */
export type TestEnvironment = {
  /** a database of the server in which others may be made */
  adminUrl: string;
  /** the migrated database that `createDatabase` copies */
  template: string;
  /** folder of this run */
  runFolder: string;
};

const NAME = "ADE_TEST_ENVIRONMENT";

export function publishEnvironment(environment: TestEnvironment): void {
  process.env[NAME] = JSON.stringify(environment);
}

/** @throws Error outside of a Vitest run that has `packages/testkit/src/global-setup.ts` as its global setup */
export function testEnvironment(): TestEnvironment {
  const published = process.env[NAME];
  if (!published) {
    throw new Error(
      "No test servers: run Vitest from the root of the repository, whose configuration starts them.",
    );
  }
  return JSON.parse(published) as TestEnvironment;
}
