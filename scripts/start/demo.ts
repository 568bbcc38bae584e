import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { keep, readKept } from "@ade/embedded/kept";

type DemoOptions = { databaseUrl: string; redisUrl: string; secret: string; dataDir: string };

/**
 * Fills the database with the demo once. A note in the data folder remembers for which database, so that the
 * product's code need not be loaded to find out.
 */
export async function fillDemo(options: DemoOptions): Promise<string> {
  const file = join(options.dataDir, "demo.json");
  // The port may change; whose data it is does not.
  const { hostname, username, password, pathname } = new URL(options.databaseUrl);
  const database = createHash("sha256")
    .update([hostname, username, password, pathname].join("\0"))
    .digest("hex");
  if (
    readKept<{ database: string }>(file)?.database === database &&
    existsSync(join(options.dataDir, "demo-files"))
  ) {
    return "there already";
  }
  const { seed } = await import("../../prisma/seed/seed.ts");
  const filled = await seed(options);
  keep(file, { database });
  return filled ? "filled in" : "there already";
}
