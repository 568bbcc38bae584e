import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MEGABYTE = 1024 * 1024;
const LITTLE = 4096;

/** Why there can be no small disk here; null where there can. */
export const whyNoSmallDisk = (): string | null =>
  process.platform === "linux" && process.getuid?.() === 0 ? null : "only root on Linux makes a small disk";

/** Puts a disk of so many megabytes, in memory, over an empty folder; answers what takes it away again. */
export function mountSmallDisk(folder: string, megabytes: number): () => void {
  const { status, stderr } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`A small disk could not be made: ${stderr.trim()}`);
  return () => void spawnSync("umount", [folder]);
}

/** Takes all the room that is left in a folder's disk; answers what gives it back. */
export function fillDisk(folder: string): () => void {
  const filler = join(folder, "filler");
  for (const size of [MEGABYTE, LITTLE]) {
    const piece = Buffer.alloc(size);
    try {
      for (;;) writeFileSync(filler, piece, { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  return () => rmSync(filler);
}
