import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes the data folder. Others may pass through it (0711) but not list it: PostgreSQL under root runs as
 * another user and its cluster lies inside. Every secret in it is a file of mode 0600.
 */
export function ensureDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
}

/** Reads a JSON file that `keep` wrote; absent or broken, `undefined`. */
export function readKept<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Writes JSON whole or not at all, readable by its owner only. */
export function keep(path: string, value: unknown): void {
  writePrivately(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Writes text whole or not at all, readable by its owner only. */
export function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const next = `${path}.${process.pid}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
}

/** A random secret of 32 bytes, safe in URLs and configuration files. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The secret in `<dataDir>/<name>`, made on first use. */
export function keptSecret(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  try {
    const kept = readFileSync(path, "utf8").trim();
    if (kept) return kept;
  } catch {
    // made below
  }
  const made = newSecret();
  writePrivately(path, `${made}\n`);
  return made;
}
