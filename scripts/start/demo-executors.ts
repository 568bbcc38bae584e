import { createHmac } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureDemoShop } from "../../prisma/seed/demo-shop.ts";
import { root } from "./bootstrap.mjs";
import type { Settings } from "./settings.ts";

/**
 * What the demo adds to the settings of the processes so that every kind of task can be tried: a SQL connection `demo`
 * to a small shop, and a command `demo-rollout`. Only with the demo and the embedded PostgreSQL: on a database of yours
 * nothing is made. A setting that you give wins whole.
 */
export async function demoExecutors(
  { demo, dataDir }: Pick<Settings, "demo" | "dataDir">,
  postgres: { url: string; embedded?: unknown },
  secret: string,
  given: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  if (!demo || !postgres.embedded) return {};
  const settings: NodeJS.ProcessEnv = {};
  if (!given.ADE_SQL_CONNECTIONS?.trim()) {
    const password = createHmac("sha256", secret).update("demo shop").digest("base64url");
    const url = await ensureDemoShop(postgres.url, password);
    settings.ADE_SQL_CONNECTIONS = JSON.stringify({ demo: { url, fence: true } });
  }
  if (!given.ADE_COMMANDS?.trim()) settings.ADE_COMMANDS = writeDemoCommand(dataDir);
  return settings;
}

/** Defines the demo's command anew at each start: where this installation lies may have changed. */
function writeDemoCommand(dataDir: string): string {
  const directory = join(dataDir, "demo-rollout");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const program = [process.execPath, join(root, "prisma/seed/demo-rollout.mjs")];
  const plan = "{stash}/plan.json";
  const definition = {
    name: "demo-rollout",
    title: "Roll out the checkout (demo)",
    description: "Changes version and replicas of a pretend service, replica by replica.",
    directory,
    plan: [...program, "plan", "--version={version}", "--replicas={replicas}", `--out=${plan}`],
    apply: [...program, "apply", plan],
    rollback: [...program, "rollback", plan],
    parameters: {
      properties: {
        version: { type: "string", title: "Version", pattern: "^[0-9]+\\.[0-9]+\\.[0-9]+$", maxLength: 20 },
        replicas: { type: "integer", title: "Replicas", minimum: 1, maximum: 20 },
      },
      required: ["version", "replicas"],
    },
    resources: [{ type: "service", id: "checkout", namespace: "demo-prod" }],
    plan_exit_codes: [0, 2],
    retry: "safe",
  };
  const file = join(dataDir, "demo-commands.yaml");
  // JSON is YAML too.
  writeFileSync(file, `${JSON.stringify([definition], null, 2)}\n`, { mode: 0o600 });
  return file;
}
