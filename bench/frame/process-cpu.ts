import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const TICK_US = 10_000;

/**
 * CPU time (user and system) that these processes and all below them have used so far, in microseconds; children that
 * have ended are in it. Null where there is no /proc. Unlike a rate, it hardly depends on what else the machine does.
 */
export function cpuOf(pids: readonly number[]): number | null {
  try {
    return pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0);
  } catch {
    return null;
  }
}

function cpuOfTree(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in brackets may hold anything; utime, stime, cutime and cstime are the 12th to 15th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK_US, 0);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + endedIsZero(Number(child)), own);
}

/** A child that ends while it is looked at counts with its parent from then on. */
function endedIsZero(pid: number): number {
  try {
    return cpuOfTree(pid);
  } catch {
    return 0;
  }
}
