#!/usr/bin/env node
import process from "node:process";
import { EXIT_CODES } from "./exit-codes.ts";
import { run } from "./program.ts";

// Whoever read us has seen enough: `ade task list | head`. It is no success, for nobody knows what they missed; and
// where a command listens itself, as one that has an agent to end, what follows is its to do.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount("error") > 1) return;
  if (error.code === "EPIPE") process.exit(EXIT_CODES.not_read.code);
  throw error;
});
// What nobody reads any more is not worth a lock or a command that runs under it.
process.stderr.on("error", () => undefined);

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
