import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

/** One installation for the whole run, started by the same command as a user's; its data goes with the run. */
process.env.ADE_E2E_DATA_DIR ??= mkdtempSync(join(tmpdir(), "ade-e2e-"));
process.env.ADE_E2E_PORT ??= String(3400 + (process.pid % 400));
/** Where a journey answers as a service that tasks may call. */
process.env.ADE_E2E_SERVICE_PORT ??= String(Number(process.env.ADE_E2E_PORT) + 1000);
const dataDir = process.env.ADE_E2E_DATA_DIR;
const port = Number(process.env.ADE_E2E_PORT);
// PostgreSQL refuses root and runs as a user of its own, who has to reach its folder in here.
chmodSync(dataDir, 0o711);

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  fullyParallel: false,
  workers: 1,
  // A journey looks at many pages and takes half a minute where nothing else runs: this ends what hangs, no more.
  timeout: 180_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  // A shared machine stalls now and then; what fails twice is a fault.
  retries: process.env.CI ? 1 : 0,
  outputDir: join(tmpdir(), "ade-e2e-results"),
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1280, height: 800 },
    timezoneId: "UTC",
    locale: "en-GB",
    screenshot: "only-on-failure",
    // Recording every run costs a third of the time; a second try is recorded where there is one.
    trace: process.env.CI ? "on-first-retry" : "retain-on-failure",
    launchOptions: { executablePath: process.env.ADE_CHROMIUM || "/usr/bin/chromium", args: chromiumFlags },
  },
  webServer: {
    command: "node ../scripts/start.mjs",
    url: `http://localhost:${port}/api/health/ready`,
    timeout: 240_000,
    stdout: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 40_000 },
    env: {
      PORT: String(port),
      ADE_DATA_DIR: dataDir,
      ADE_FILE_ROOTS: `files=${join(dataDir, "files")}`,
      ADE_HTTP_ALLOW: `127.0.0.1:${process.env.ADE_E2E_SERVICE_PORT}`,
      ADE_ADMIN_EMAIL: "root@e2e.local",
      ADE_ADMIN_PASSWORD: "root-password-of-the-journeys",
    },
  },
});
