import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandOf, isAlive } from "./processes.ts";

/** What a postmaster writes into its cluster's `postmaster.pid`. */
export type Lock = { pid: number; port: number; ready: boolean };

/** The lock file of a cluster, absent when nobody runs it. */
export function readLock(cluster: string): Lock | undefined {
  try {
    const lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
  } catch {
    return undefined;
  }
}

/** Whether this postmaster takes connections. */
export function isReady(cluster: string, pid: number | undefined): boolean {
  const lock = readLock(cluster);
  return lock !== undefined && lock.pid === pid && lock.ready;
}

/** After kill -9 or a power loss the lock file names a process that is gone, or is something else by now. */
export function removeStaleLock(cluster: string): void {
  const lock = readLock(cluster);
  if (lock && !isRunBy(lock.pid, cluster)) {
    rmSync(join(cluster, "postmaster.pid"), { force: true });
  }
}

/** Whether this process lives and is a postmaster of this cluster: ids are reused. */
export function isRunBy(pid: number, cluster: string): boolean {
  return isAlive(pid) && commandOf(pid).includes(cluster);
}
