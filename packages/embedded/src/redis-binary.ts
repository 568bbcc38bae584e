import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { PlainError } from "./plain-error.ts";

/** redis-server and what it links to or loads, as Debian and Ubuntu name it. Names that a release lacks are skipped. */
const PACKAGES = [
  "redis-server",
  "redis-tools",
  "libjemalloc2",
  "liblua5.1-0",
  "liblzf1",
  "lua-cjson",
  "lua-bitop",
];

const TO_DO =
  "install Redis or Valkey (for example: apt-get install redis-server), or set REDIS_URL to one that you run.";

/** How to run a Redis server: its program and what its environment needs. */
export type RedisBinary = { program: string; environment: Record<string, string>; origin: string };

/** The first of these programs on PATH. */
export function findOnPath(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/usr/sbin"];
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // the next folder
      }
    }
  }
  return undefined;
}

/**
 * A Redis server to run: `redis-server` or `valkey-server` on PATH, else Debian's package unpacked under
 * `toolsDir` (no root needed, a second or two; nothing is installed).
 *
 * @param find looks programs up, by default on PATH
 * @throws PlainError when there is neither
 */
export function redisBinary(
  toolsDir: string,
  log: (line: string) => void,
  find: typeof findOnPath = findOnPath,
): RedisBinary {
  const found = find("redis-server", "valkey-server");
  if (found) return { program: found, environment: {}, origin: found };

  const folder = join(toolsDir, "redis");
  if (!existsSync(folder)) {
    log("No redis-server on PATH: unpacking Debian's package into the data folder");
    unpackPackages(folder, toolsDir, find);
  }
  const binary = unpacked(folder);
  const tried = spawnSync(binary.program, ["--version"], {
    env: { ...process.env, ...binary.environment },
    encoding: "utf8",
  });
  if (tried.status === 0) return binary;
  rmSync(folder, { recursive: true, force: true });
  throw new PlainError(
    `Debian's Redis does not run here (${tried.stderr?.trim() || tried.error?.message}): ${TO_DO}`,
  );
}

function unpacked(folder: string): RedisBinary {
  const libraries = [join(folder, "usr/lib"), join(folder, "lib")]
    .filter((path) => existsSync(path))
    .flatMap((path) => [path, ...readdirSync(path).map((name) => join(path, name))])
    .filter((path) => path.endsWith("-linux-gnu"));
  return {
    program: join(folder, "usr/bin/redis-server"),
    environment: { LD_LIBRARY_PATH: libraries.join(":") },
    origin: "Debian's package",
  };
}

function unpackPackages(folder: string, toolsDir: string, find: typeof findOnPath): void {
  if (!find("apt-get") || !find("dpkg")) {
    throw new PlainError(`There is no redis-server on PATH and no apt-get to fetch one: ${TO_DO}`);
  }
  const work = join(toolsDir, `redis.${process.pid}.half`);
  const root = join(work, "root");
  mkdirSync(root, { recursive: true });
  try {
    const files = download(work, []) ?? downloadWithOwnLists(work);
    for (const file of files) {
      const done = spawnSync("dpkg", ["-x", file, root], { encoding: "utf8" });
      if (done.status !== 0)
        throw new PlainError(`dpkg could not unpack ${file} (${done.stderr.trim()}): ${TO_DO}`);
    }
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(root, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Downloads the packages into `work`; `undefined` when redis-server itself can't be had from these lists. */
function download(work: string, options: string[]): string[] | undefined {
  const shown = spawnSync("apt-cache", [...options, "show", "--no-all-versions", ...PACKAGES], {
    encoding: "utf8",
  });
  const known = PACKAGES.filter((name) => shown.stdout?.includes(`Package: ${name}\n`));
  if (!known.includes("redis-server")) return undefined;
  // _apt, the user who downloads under root, may not be able to enter the data folder.
  const asRoot = process.getuid?.() === 0 ? ["-o", "APT::Sandbox::User=root"] : [];
  const got = spawnSync("apt-get", [...options, ...asRoot, "download", ...known], {
    cwd: work,
    stdio: "ignore",
  });
  if (got.status !== 0) return undefined;
  return readdirSync(work)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(work, name));
}

/** A bare machine has no package lists, and an ordinary user may not fetch them to where they belong. */
function downloadWithOwnLists(work: string): string[] {
  for (const folder of ["lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const options = [
    ...["-o", `Dir::State::lists=${join(work, "lists")}`],
    ...["-o", `Dir::Cache=${join(work, "cache")}`],
    ...["-o", "APT::Sandbox::User="],
  ];
  const updated = spawnSync("apt-get", [...options, "update"], { encoding: "utf8" });
  const files = download(work, options);
  if (files) return files;
  const why = updated.stderr?.split("\n").find((line) => /^[EW]:/.test(line)) ?? "the package was not found";
  throw new PlainError(
    `There is no redis-server on PATH and Debian's could not be fetched (${why.trim()}): ${TO_DO}`,
  );
}
