import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { plainError } from "./progress.mjs";
import { digestOf, isStamped, stamp } from "./stamp.mjs";

const PNPM = "pnpm@12.21.0";
const NODE_MAJOR = 24;

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The folders of the workspace. */
function members() {
  const folders = ["apps", "packages"].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [],
  );
  return [".", "prisma", "e2e", "bench", ...folders].filter((folder) =>
    existsSync(join(root, folder, "package.json")),
  );
}

/**
 * Installs the packages of the lockfile, unless they are those already.
 * @returns {string} what was done
 */
export function packages() {
  const file = join(root, "node_modules/.ade-packages");
  const manifests = members().map((folder) => join(folder, "package.json"));
  const digest = digestOf(
    root,
    ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests],
    `${process.platform}-${process.arch}`,
  );
  const isWhole = members().every((folder) => existsSync(join(root, folder, "node_modules")));
  if (isWhole && isStamped(file, digest)) return "up to date";
  console.log("Installing packages (a minute on a slow line) ...");
  // NODE_ENV=production would leave tools out; CI keeps pnpm from asking.
  const { NODE_ENV, ...environment } = process.env;
  const done = spawnSync("npx", ["-y", PNPM, "install", "--frozen-lockfile"], {
    cwd: root,
    env: { ...environment, CI: "true", npm_config_yes: "true", npm_config_update_notifier: "false" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) {
    const said = `${done.stdout ?? ""}\n${done.stderr ?? ""}\n${done.error?.message ?? ""}`
      .trim()
      .split("\n");
    throw plainError(
      `The packages could not be installed; is the npm registry within reach, and may this folder be written?\n${said.slice(-12).join("\n")}`,
    );
  }
  stamp(file, digest);
  return "installed";
}

/** The project's own Node, or the one that runs this where it is new enough. */
function node24() {
  const own = join(root, "node_modules/.bin/node");
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  throw plainError(
    `There is no packaged Node ${NODE_MAJOR} for ${process.platform}-${process.arch}: install Node ${NODE_MAJOR} or newer and run this again with it.`,
  );
}

/**
 * Runs a script on Node 24 and ends as it ends. Signals are passed on; the script stands in a group of its own, so
 * that Ctrl-C reaches it once. Should this process be killed, the script sees its channel close.
 * @param {string} script relative to the root
 * @param {string[]} [args]
 */
export function runUnderNode24(script, args = []) {
  const child = spawn(node24(), ["--disable-warning=ExperimentalWarning", join(root, script), ...args], {
    cwd: root,
    env: {
      // Compiled code and stripped types, kept: a start loads the same two thousand modules three times.
      NODE_COMPILE_CACHE: join(root, "node_modules/.cache/ade-compiled"),
      ...process.env,
      PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`,
    },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    detached: true,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const { npm_lifecycle_event: startedByNpm } = process.env;
  if (startedByNpm) endWith(process.ppid, () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? (signal ? 1 : 0));
  });
}

/**
 * npm passes signals on, but when it is killed outright nobody tells us.
 * @param {number} parent
 * @param {() => void} end
 */
function endWith(parent, end) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 1000);
}
