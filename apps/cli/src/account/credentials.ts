import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cliErrors } from "../errors.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What `ade login` keeps: a key for each server, and the server that was signed in to last. */
export type Credentials = {
  current: string | null;
  /** `answers_unattended`: the key answers approvals where there is no terminal as well. */
  profiles: Record<string, { api_key: string; name: string; answers_unattended?: true }>;
};

/** `$XDG_CONFIG_HOME/ade/credentials.json`, `~/.config` where that is not set. */
export function credentialsFile(env: Env): string {
  const home = env.HOME || homedir();
  return join(env.XDG_CONFIG_HOME || join(home, ".config"), "ade/credentials.json");
}

/** What is stored; nothing where nobody has signed in. @throws BAD_CREDENTIALS_FILE */
export function readCredentials(env: Env): Credentials {
  const path = credentialsFile(env);
  try {
    const { current = null, profiles = {} } = JSON.parse(readFileSync(path, "utf8")) as Partial<Credentials>;
    return { current, profiles };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { current: null, profiles: {} };
    throw cliErrors.BAD_CREDENTIALS_FILE({ details: { path }, message: `${path} cannot be read.`, cause });
  }
}

/** Replaces what is stored at once, readable for its owner alone. */
export function writeCredentials(env: Env, credentials: Credentials): void {
  const path = credentialsFile(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
}
