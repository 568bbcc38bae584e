import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, PlainError } from "@ade/embedded/plain-error";
import { root } from "./bootstrap.mjs";
import { digestOf, isStamped, stamp } from "./stamp.mjs";

/** A build that outlived us would stand in the way of the next one. */
export const END_WITH_PARENT = pathToFileURL(join(root, "scripts/start/end-with-parent.mjs")).href;

const QUIET = {
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
  DO_NOT_TRACK: "1",
};

/** Runs a tool of the workspace on this Node; its output is shown only when it fails. */
async function runTool(
  what: string,
  script: string,
  args: string[],
  { cwd, signal }: { cwd: string; signal: AbortSignal | undefined },
): Promise<void> {
  const child = spawn(process.execPath, ["--import", END_WITH_PARENT, script, ...args], {
    cwd,
    env: { ...process.env, ...QUIET, ADE_SUPERVISOR: String(process.pid) },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    ...(signal && { signal }),
  });
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk;
    });
  }
  const outcome = await new Promise<string | number | null>((resolve) => {
    child.on("error", (error) => resolve(messageOf(error)));
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  if (outcome !== 0) {
    throw new PlainError(`${what} failed (${outcome}):\n${said.trim().split("\n").slice(-30).join("\n")}`);
  }
}

/** Makes Prisma's client when the schema (or Prisma) is another one than last time. */
export async function generateClient(signal?: AbortSignal): Promise<string> {
  const output = join(root, "packages/core/src/generated");
  const file = join(output, ".made-from");
  const digest = digestOf(root, ["prisma/schema.prisma", "prisma/package.json"]);
  if (existsSync(join(output, "client.ts")) && isStamped(file, digest)) return "up to date";
  await runTool("Prisma's generate", join(root, "prisma/node_modules/prisma/build/index.js"), ["generate"], {
    cwd: join(root, "prisma"),
    signal,
  });
  stamp(file, digest);
  return "client made";
}

/** Builds the dashboard when one of its sources is another one than last time; `begins` hears when it has to. */
export async function buildWeb(signal?: AbortSignal, begins = (): void => undefined): Promise<string> {
  const web = join(root, "apps/web");
  const file = join(web, ".next/ade-built-from");
  const digest = digestOf(
    root,
    ["apps/web", "packages/api", "packages/core", "pnpm-lock.yaml"],
    process.version,
  );
  if (existsSync(join(web, ".next/BUILD_ID")) && isStamped(file, digest)) return "up to date";
  begins();
  const from = performance.now();
  await runTool(
    "The build of the dashboard",
    join(web, "node_modules/next/dist/bin/next"),
    ["build", "--webpack"],
    { cwd: web, signal },
  );
  stamp(file, digest);
  return `built in ${Math.round((performance.now() - from) / 1000)} s`;
}
