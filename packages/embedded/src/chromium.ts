import { spawnSync } from "node:child_process";
import { PlainError } from "./plain-error.ts";
import { findOnPath } from "./redis-binary.ts";

/** Debian's Chromium or a relative of it on PATH; `ADE_CHROMIUM` wins. */
export function findChromium(): string | undefined {
  return (
    process.env.ADE_CHROMIUM ||
    findOnPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
  );
}

/**
 * The browser for tests: found, or (as root) installed with apt-get.
 *
 * @throws PlainError when there is none and none can be had
 */
export function ensureChromium(log: (line: string) => void): string {
  const found = findChromium();
  if (found) return found;
  const canInstall = process.getuid?.() === 0 && findOnPath("apt-get");
  if (canInstall) {
    log("No Chromium on PATH: installing Debian's");
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const install = () =>
      spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], {
        env: environment,
        stdio: "ignore",
      });
    if (install().status !== 0) {
      spawnSync("apt-get", ["update"], { env: environment, stdio: "ignore" });
      install();
    }
  }
  const installed = findChromium();
  if (installed) return installed;
  throw new PlainError(
    "There is no Chromium for the browser tests: install one (as root: apt-get install chromium), or set ADE_CHROMIUM to its path.",
  );
}
