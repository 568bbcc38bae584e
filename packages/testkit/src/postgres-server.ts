import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "@ade/embedded/postgres";
import { waitForEnd } from "@ade/embedded/processes";
import { migrate } from "@ade/prisma/deploy";
import { folderIn } from "./run-folder.ts";

const END_MS = 30_000;
const MEGABYTE = 1024 * 1024;

export type PostgresServer = {
  url: string;
  /** Ends it at once, as a crash does, and starts it again: what was committed is there. */
  restart(): Promise<void>;
  /** Takes all the room that is left on its disk; answers what gives it back: true where the server had ended and was started again. */
  fillDisk(): () => Promise<boolean>;
  drop(): Promise<void>;
};

/** Why there can be no small disk here; null where there can. */
export const whyNoSmallDisk = (): string | null =>
  process.platform === "linux" && process.getuid?.() === 0 ? null : "only root on Linux makes a small disk";

/** A PostgreSQL of a house of its own, with the product's schema, as durable as in production. */
export async function startPostgresServer(
  folder: string,
  { disk_mb }: { disk_mb?: number },
): Promise<PostgresServer> {
  const dataDir = folderIn(folder, "postgres");
  if (disk_mb !== undefined) mount(dataDir, disk_mb);
  const start = () => startPostgres({ dataDir, log: () => undefined });
  let server = await start();
  await migrate(server.url);

  async function comeBack(): Promise<void> {
    await waitForEnd(server.pid, END_MS);
    server = await start();
  }
  return {
    url: server.url,
    async restart() {
      process.kill(server.pid, "SIGQUIT");
      await comeBack();
    },
    fillDisk() {
      const filler = join(dataDir, "filler");
      const piece = Buffer.alloc(MEGABYTE);
      try {
        for (;;) writeFileSync(filler, piece, { flag: "a" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
      return async () => {
        rmSync(filler);
        // A server that could not write its log ends; one that could goes on.
        const hasEnded = !existsSync(join(server.cluster, "postmaster.pid"));
        if (hasEnded) await comeBack();
        return hasEnded;
      };
    },
    async drop() {
      await server.stop();
      if (disk_mb !== undefined) spawnSync("umount", [dataDir]);
    },
  };
}

function mount(folder: string, disk_mb: number): void {
  const { status, stderr } = spawnSync(
    "mount",
    ["-t", "tmpfs", "-o", `size=${disk_mb}m,mode=0755`, "tmpfs", folder],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`A small disk could not be made: ${stderr.trim()}`);
}
