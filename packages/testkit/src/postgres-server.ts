import { existsSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "@ade/embedded/postgres";
import { waitForEnd } from "@ade/embedded/processes";
import { migrate } from "@ade/prisma/deploy";
import { folderIn } from "./run-folder.ts";
import { fillDisk, mountSmallDisk } from "./small-disk.ts";

const END_MS = 30_000;

export type PostgresServer = {
  url: string;
  /** Ends it at once, as a crash does, and starts it again: what was committed is there. */
  restart(): Promise<void>;
  /** Takes all the room that is left on its disk; answers what gives it back: true where the server had ended and was started again. */
  fillDisk(): () => Promise<boolean>;
  drop(): Promise<void>;
};

/** A PostgreSQL of a house of its own, with the product's schema, as durable as in production. */
export async function startPostgresServer(
  folder: string,
  { disk_mb }: { disk_mb?: number },
): Promise<PostgresServer> {
  const dataDir = folderIn(folder, "postgres");
  const unmount = disk_mb === undefined ? null : mountSmallDisk(dataDir, disk_mb);
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
      const giveBack = fillDisk(dataDir);
      return async () => {
        giveBack();
        // A server that could not write its log ends; one that could goes on.
        const hasEnded = !existsSync(join(server.cluster, "postmaster.pid"));
        if (hasEnded) await comeBack();
        return hasEnded;
      };
    },
    async drop() {
      await server.stop();
      unmount?.();
    },
  };
}
