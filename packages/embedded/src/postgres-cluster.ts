import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chownSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { canEnter, type OsUser, postgresUser, spawnAs, userById } from "./os-user.ts";
import { messageOf, PlainError } from "./plain-error.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { isRunBy, readLock } from "./postgres-lock.ts";

/** The superuser of an embedded cluster; there is no other role. */
export const ROLE = "ade";

/** Where the cluster lies and who runs it. The owner of an existing cluster stays its user. */
export function placeOf(
  dataDir: string,
  kept: { cluster: string } | undefined,
  log: (line: string) => void,
): { cluster: string; user: OsUser | undefined } {
  const inside = join(realpathSync(dataDir), "postgres");
  const cluster = kept && existsSync(kept.cluster) ? kept.cluster : inside;
  const isRoot = process.getuid?.() === 0;

  if (existsSync(join(cluster, "PG_VERSION"))) {
    const owner = statSync(cluster).uid;
    if (!isRoot && owner !== process.getuid?.()) {
      throw new PlainError(
        `The database in ${cluster} belongs to another user (id ${owner}): start as that user, or choose another folder with ADE_DATA_DIR.`,
      );
    }
    return { cluster, user: isRoot ? (userById(owner) ?? postgresUser()) : undefined };
  }
  if (!isRoot) return { cluster: inside, user: undefined };

  const user = postgresUser();
  if (canEnter(user, realpathSync(dataDir))) return { cluster: inside, user };
  const name = createHash("sha256").update(realpathSync(dataDir)).digest("hex").slice(0, 16);
  const apart = join("/var/lib/ade", name);
  mkdirSync(apart, { recursive: true, mode: 0o755 });
  const left = join(apart, "postgres");
  if (existsSync(left)) setAside(left, log);
  return { cluster: left, user };
}

/** A data folder that was deleted leaves its cluster behind in /var/lib/ade; the next one must not trip over it. */
function setAside(cluster: string, log: (line: string) => void): void {
  const lock = readLock(cluster);
  if (lock && isRunBy(lock.pid, cluster)) process.kill(lock.pid, "SIGQUIT");
  const aside = `${cluster}.${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(cluster, aside);
  log(`The database of an earlier data folder at this place was set aside: ${aside}`);
}

/** Makes the cluster beside its place and moves it there when it is whole, so a break leaves no half one. */
export function createCluster(
  { initdb }: PostgresBinaries,
  { cluster, password, user }: { cluster: string; password: string; user: OsUser | undefined },
  durable: boolean,
): void {
  const half = `${cluster}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true, mode: 0o700 });
  const passwordFile = `${half}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const path of user ? [half, passwordFile] : []) chownSync(path, user!.uid, user!.gid);
  const made = spawnSync(
    initdb,
    [
      `--pgdata=${half}`,
      `--username=${ROLE}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--data-checksums",
      ...(durable ? [] : ["--no-sync"]),
    ],
    { ...spawnAs(user), encoding: "utf8", env: plainEnvironment() },
  );
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    const why = (made.stderr || messageOf(made.error ?? "")).trim().split("\n").at(-1);
    throw new PlainError(`A new database could not be made in ${cluster}: ${why}`);
  }
  renameSync(half, cluster);
}

/** Locale and PG* settings of the caller must not reach the server. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" } as NodeJS.ProcessEnv;
}
