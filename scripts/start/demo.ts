import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { keep, readKept } from "@ade/embedded/kept";

type DemoOptions = { databaseUrl: string; redisUrl: string; secret: string; dataDir: string };

export type Demo = {
  /** Whether it was made now, in words. */
  outcome: "filled in" | "there already";
  /** E-mail addresses of its people: one made by an earlier version may lack some. */
  people: readonly string[];
};

/**
 * Fills the database with the demo once. A note in the data folder remembers for which database, so that the
 * product's code need not be loaded to find out.
 */
export async function fillDemo(options: DemoOptions): Promise<Demo> {
  const file = join(options.dataDir, "demo.json");
  // The port may change; whose data it is does not.
  const { hostname, username, password, pathname } = new URL(options.databaseUrl);
  const database = createHash("sha256")
    .update([hostname, username, password, pathname].join("\0"))
    .digest("hex");
  const kept = readKept<{ database: string; people?: string[] }>(file);
  if (kept?.database === database && kept.people && existsSync(join(options.dataDir, "demo-files"))) {
    return { outcome: "there already", people: kept.people };
  }
  const { seed } = await import("../../prisma/seed/seed.ts");
  const { isNew, people } = await seed(options);
  keep(file, { database, people });
  return { outcome: isNew ? "filled in" : "there already", people };
}
