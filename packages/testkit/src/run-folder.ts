import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readKept } from "@ade/embedded/kept";
import { isRunBy, readLock } from "@ade/embedded/postgres-lock";
import { commandOf, isAlive } from "@ade/embedded/processes";

const PREFIX = "ade-test-";

/** A new folder for everything of one test run; its name tells which process it belongs to. */
export function newRunFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Open to pass through, or PostgreSQL under root would put its cluster elsewhere.
  chmodSync(folder, 0o711);
  return folder;
}

/** A folder inside the run's folder that its servers' users may enter. */
export function folderIn(runFolder: string, name: string): string {
  const folder = join(runFolder, name);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  return folder;
}

/** Ends every server that was started in a run folder and removes the folder. */
export function removeRunFolder(runFolder: string): void {
  for (const { name } of readdirSync(runFolder, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )) {
    endServersOf(join(runFolder, name));
  }
  rmSync(runFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Clears what runs that were killed left behind. */
export function removeAbandonedRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split("-")[0]) : 0;
    if (!pid || isAlive(pid)) continue;
    try {
      removeRunFolder(join(tmpdir(), name));
    } catch {
      // another user's run
    }
  }
}

function endServersOf(dataDir: string): void {
  const postgres = readKept<{ cluster: string }>(join(dataDir, "postgres.json"));
  const lock = postgres && readLock(postgres.cluster);
  if (lock && isRunBy(lock.pid, postgres.cluster)) process.kill(lock.pid, "SIGQUIT");
  // Under root it may lie in a folder of its own in /var/lib/ade.
  if (postgres && !postgres.cluster.startsWith(dataDir)) {
    rmSync(dirname(postgres.cluster), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  const redis = readKept<{ pid?: number; port: number }>(join(dataDir, "redis.json"));
  if (redis?.pid && isAlive(redis.pid) && commandOf(redis.pid).includes(`:${redis.port}`)) {
    process.kill(redis.pid, "SIGKILL");
  }
}
