import { join } from "node:path";
import { keptSecret } from "@ade/embedded/kept";
import { PlainError } from "@ade/embedded/plain-error";
import { dataDirOf, readAddress } from "./port.mjs";

/** What `npm start` itself reads; the rest goes through to the processes, whose `env.ts` reads it. */
export type Settings = {
  port: number;
  host: string;
  dataDir: string;
  /** absent: the embedded one */
  databaseUrl: string | undefined;
  /** absent: the embedded one */
  redisUrl: string | undefined;
  demo: boolean;
  testExecutors: boolean;
  /** for links in messages that a worker sends */
  publicUrl: string;
  /** `name=folder,name=folder` */
  fileRoots: string;
};

/** @throws PlainError naming the wrong setting and what is expected */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const databaseUrl = urlOf(
    env,
    "DATABASE_URL",
    ["postgresql:", "postgres:"],
    "postgresql://user:password@host:5432/ade",
  );
  const redisUrl = urlOf(env, "REDIS_URL", ["redis:", "rediss:"], "redis://:password@host:6379");
  const email = env.ADE_ADMIN_EMAIL?.trim();
  if (email && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw new PlainError(`ADE_ADMIN_EMAIL is "${email}" and must be an e-mail address.`);
  }
  if (env.ADE_ADMIN_PASSWORD && !email) {
    throw new PlainError("ADE_ADMIN_PASSWORD is set without ADE_ADMIN_EMAIL: set both, or neither.");
  }
  const address = readAddress(env);
  const dataDir = dataDirOf(env);
  const demo = flagOf(env, "ADE_DEMO") ?? !databaseUrl;
  return {
    ...address,
    dataDir,
    databaseUrl,
    redisUrl,
    demo,
    publicUrl: env.ADE_PUBLIC_URL?.trim() || `http://localhost:${address.port}`,
    fileRoots: fileRootsOf(env, demo, dataDir),
    testExecutors: flagOf(env, "ADE_TEST_EXECUTORS") ?? !databaseUrl,
  };
}

function urlOf(
  env: NodeJS.ProcessEnv,
  name: string,
  protocols: string[],
  example: string,
): string | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  // Its value may hold a password, so the sentence does not repeat it.
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
    throw new PlainError(`${name} is not an address like ${example}.`);
  }
  return text;
}

function flagOf(env: NodeJS.ProcessEnv, name: string): boolean | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  if (text === "1" || text === "0") return text === "1";
  throw new PlainError(`${name} is "${text}" and must be 1 or 0.`);
}

/** ADE_SECRET, else the one that is made and kept in the data folder. */
export function readSecret(env: NodeJS.ProcessEnv, dataDir: string): string {
  const given = env.ADE_SECRET?.trim();
  if (given && given.length < 32) {
    throw new PlainError(
      "ADE_SECRET must have at least 32 characters; make one with: openssl rand -base64 32",
    );
  }
  return given || keptSecret(dataDir, "secret");
}

/** The demo's tasks change files in a folder of the data folder; a root named `demo` of your own wins. */
function fileRootsOf(env: NodeJS.ProcessEnv, demo: boolean, dataDir: string): string {
  const given = env.ADE_FILE_ROOTS ?? "";
  if (!demo || /(^|,)\s*demo=/.test(given)) return given;
  return [given, `demo=${join(dataDir, "demo-files")}`].filter(Boolean).join(",");
}
