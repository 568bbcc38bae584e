import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,apps,prisma,scripts,bench,e2e/faults}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/generated/**", "**/.next/**"],
    globalSetup: ["packages/testkit/src/global-setup.ts"],
    pool: "forks",
    // Vitest leaves one core free; on two cores that is half of them.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
    execArgv: ["--disable-warning=ExperimentalWarning"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
