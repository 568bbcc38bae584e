import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, truncateSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Whether a process with this id lives (one of another user counts). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // A zombie has ended; only its parent has not asked yet.
  return !stateOf(pid).startsWith("Z");
}

function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2);
  } catch {
    return "";
  }
}

/** The command line of a process, empty where it can't be told. Ids are reused, so an id alone proves nothing. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    if (existsSync("/proc/self")) return "";
    return spawnSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).stdout?.trim() ?? "";
  }
}

/** Waits until `check` answers with something other than undefined; `undefined` when the time is over. */
export async function waitFor<T>(
  check: () => T | undefined | Promise<T | undefined>,
  { timeoutMs, everyMs = 20 }: { timeoutMs: number; everyMs?: number },
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() > deadline) return undefined;
    await delay(everyMs);
  }
}

/** Waits until a process has ended; false when it still lives after `timeoutMs`. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  return (await waitFor(() => (isAlive(pid) ? undefined : true), { timeoutMs })) ?? false;
}

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Opens a log file for appending and empties it first when it has grown past 10 MB. */
export function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > LOG_LIMIT_BYTES) truncateSync(path);
  return openSync(path, "a", 0o600);
}

/** The text that a log file gained after byte `from` (at most the last 4 kB). */
export function logSince(path: string, from: number): string {
  if (!existsSync(path)) return "";
  const size = statSync(path).size;
  const start = Math.max(from, size - 4096);
  if (size <= start) return "";
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(size - start);
    readSync(fd, bytes, 0, bytes.length, start);
    return bytes.toString("utf8");
  } finally {
    closeSync(fd);
  }
}
