import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FORGOTTEN_AFTER_MS = 86_400_000;
const SWEPT_FROM = 100;

/**
 * Which task a call is, from the hook before it to the one after it: two processes that share nothing else. One small
 * file a call, for their owner's eyes only.
 */
export function createOpenCalls(env: Readonly<Record<string, string | undefined>>) {
  const base = env.XDG_STATE_HOME || join(env.HOME ?? "/tmp", ".local/state");
  const folder = join(base, "ade/calls");
  const fileOf = (key: string) => join(folder, createHash("sha256").update(key).digest("hex"));

  return {
    keep(key: string, taskId: string): void {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      forgetOld(folder);
      writeFileSync(fileOf(key), taskId, { mode: 0o600 });
    },
    /** The task of a call that was let, once. */
    take(key: string): string | null {
      try {
        const taskId = readFileSync(fileOf(key), "utf8");
        rmSync(fileOf(key), { force: true });
        return taskId;
      } catch {
        return null;
      }
    },
  };
}

function forgetOld(folder: string): void {
  const names = readdirSync(folder);
  if (names.length < SWEPT_FROM) return;
  for (const name of names) {
    const path = join(folder, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > FORGOTTEN_AFTER_MS) rmSync(path, { force: true });
  }
}
