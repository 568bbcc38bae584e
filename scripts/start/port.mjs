import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { root } from "./bootstrap.mjs";
import { plainError } from "./progress.mjs";

/**
 * The address of the front door.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ port: number, host: string }}
 */
export function readAddress(env) {
  const text = env.PORT?.trim() || "3000";
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw plainError(`PORT is "${text}" and must be a number from 1 to 65535.`);
  }
  return { port, host: env.HOST?.trim() || "127.0.0.1" };
}

/**
 * The folder of data, absolute.
 * @param {NodeJS.ProcessEnv} env
 */
export function dataDirOf(env) {
  return resolve(root, env.ADE_DATA_DIR?.trim() || ".ade");
}

/**
 * The process that runs from a data folder, if one does.
 * @param {string} dataDir
 * @returns {{ pid: number, address: string } | undefined}
 */
export function runningStart(dataDir) {
  try {
    const running = JSON.parse(readFileSync(join(dataDir, "start.json"), "utf8"));
    process.kill(running.pid, 0);
    const command = `/proc/${running.pid}/cmdline`;
    if (existsSync(command) && !readFileSync(command, "utf8").includes("start/main.ts")) return undefined;
    return running;
  } catch (error) {
    return error.code === "EPERM" ? { pid: 0, address: "an address of another user" } : undefined;
  }
}

/**
 * Fails early, before anything is installed or started, when the front door can't be opened.
 * @param {NodeJS.ProcessEnv} env
 */
export async function refuseTakenPort(env) {
  const { port, host } = readAddress(env);
  const running = runningStart(dataDirOf(env));
  if (running) {
    throw plainError(
      `ADE already runs from ${dataDirOf(env)} (process ${running.pid}, ${running.address}): stop it first, or choose another folder with ADE_DATA_DIR.`,
    );
  }
  const error = await new Promise((done) => {
    const server = createServer();
    server.once("error", done);
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(undefined)));
  });
  if (!error) return;
  if (error.code === "EADDRINUSE") {
    throw plainError(
      `Port ${port} of ${host} is taken: stop what listens there, or choose another, as in "PORT=${port + 1} npm start".`,
    );
  }
  if (error.code === "EACCES") {
    throw plainError(
      `Port ${port} may not be opened by this user: choose one above 1023, as in "PORT=3000 npm start".`,
    );
  }
  throw plainError(
    `HOST is "${host}", which is no address of this machine (${error.code}): use 127.0.0.1, or 0.0.0.0 for all of them.`,
  );
}
