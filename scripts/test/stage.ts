import { spawn } from "node:child_process";

/**
 * Runs a test runner on this Node with its output passed through.
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
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, forward);
  }
}
