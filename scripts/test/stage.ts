import { spawn } from "node:child_process";

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());
// The process that started us was killed outright.
process.on("disconnect", () => interruption.abort());
process.channel?.unref();

/** Whether somebody wants the run to end: then no other stage begins. */
export function isInterrupted(): boolean {
  return interruption.signal.aborted;
}

/**
 * Runs a test runner on this Node with its output passed through; an interruption ends it in order.
 * @returns its exit code; 1 when a signal ended it
 */
export async function runStage(
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<number> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning", ...env },
    stdio: "inherit",
  });
  const end = () => child.kill("SIGTERM");
  interruption.signal.addEventListener("abort", end);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    interruption.signal.removeEventListener("abort", end);
  }
}
