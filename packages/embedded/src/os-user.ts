import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { PlainError } from "./plain-error.ts";

/** An operating-system user under whom a process is started. Absent: the current user. */
export type OsUser = { uid: number; gid: number; name: string };

/** System users that may own a cluster of ours, in the order of preference. */
const CANDIDATES = ["postgres", "ade-postgres"];

/**
 * PostgreSQL refuses root. Under root this is the user who runs it: `postgres` where the machine has one, else
 * `ade-postgres`, made on first use. For an ordinary user it is `undefined`: they run it themselves.
 *
 * @throws PlainError when there is no such user and none can be made
 */
export function postgresUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const found = findUser(name);
    if (found) return found;
  }
  const name = "ade-postgres";
  const made = spawnSync(
    "useradd",
    [
      "--system",
      "--user-group",
      "--no-create-home",
      "--home-dir",
      "/nonexistent",
      "--shell",
      "/usr/sbin/nologin",
      name,
    ],
    { encoding: "utf8" },
  );
  const found = findUser(name);
  if (found) return found;
  throw new PlainError(
    `PostgreSQL does not run as root and the user "${name}" could not be made (${made.stderr?.trim() || made.error?.message || "useradd failed"}): start as an ordinary user, or set DATABASE_URL to a database that you run.`,
  );
}

/** The user with this id, as far as /etc/passwd knows. */
export function userById(uid: number): OsUser | undefined {
  return users().find((user) => user.uid === uid);
}

function findUser(name: string): OsUser | undefined {
  return users().find((user) => user.name === name && user.uid !== 0);
}

function users(): OsUser[] {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4)
    .map((fields) => ({ name: fields[0]!, uid: Number(fields[2]), gid: Number(fields[3]) }));
}

/** What `spawn` needs to run something as this user; from a folder that anyone can enter. */
export function spawnAs(user: OsUser | undefined): { uid?: number; gid?: number; cwd: string } {
  return user ? { uid: user.uid, gid: user.gid, cwd: "/" } : { cwd: "/" };
}

/** Whether this user can enter the folder (asked of the system: modes, groups and links all count). */
export function canEnter(user: OsUser | undefined, folder: string): boolean {
  return (
    spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", folder], { ...spawnAs(user), stdio: "ignore" }).status === 0
  );
}
