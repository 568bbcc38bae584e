import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setInterval } from "node:timers";

const KILL_EVERY_MS = 100;

/** Process ids of the installation's API; it has one, or none for the moment. */
function apiPids(): number[] {
  const { pid } = JSON.parse(readFileSync(join(process.env.ADE_E2E_DATA_DIR!, "start.json"), "utf8"));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return Number(parent) === pid && command.includes("apps/api/src/main.ts");
      } catch {
        // It ended while it was looked at.
        return false;
      }
    })
    .map(Number);
}

/** Kills the API with SIGKILL, and again whenever it is started anew, until `back()`. */
export function killApi(): { back: () => void } {
  const kill = (): void => {
    for (const pid of apiPids()) process.kill(pid, "SIGKILL");
  };
  kill();
  const again = setInterval(kill, KILL_EVERY_MS);
  return { back: () => clearInterval(again) };
}
