import { join } from "node:path";
import { freePort } from "@ade/embedded/ports";
import { root } from "./bootstrap.mjs";
import type { ChildSpec } from "./child.ts";
import type { Settings } from "./settings.ts";

/** A worker gives its running tasks 25 s to end. */
const WORKER_DRAIN_MS = 30_000;
/** The API gives up on its own after 15 s. */
const API_STOP_MS = 17_000;
const WEB_STOP_MS = 10_000;

/** Where this machine reaches the API, whatever address it listens on. */
export function apiOrigin({ host, port }: Pick<Settings, "host" | "port">): string {
  const here = host === "0.0.0.0" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${here}:${port}`;
}

/** What api, web and worker are started with, in the order in which they are stopped. */
export async function processSpecs(
  settings: Settings,
  urls: { databaseUrl: string; redisUrl: string; secret: string },
  more: NodeJS.ProcessEnv = {},
): Promise<ChildSpec[]> {
  const { port, host, dataDir } = settings;
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const webPort = await freePort();
  const base: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "production",
    DATABASE_URL: urls.databaseUrl,
    REDIS_URL: urls.redisUrl,
    ADE_SECRET: urls.secret,
    ADE_DATA_DIR: dataDir,
    ADE_DEMO: settings.demo ? "1" : "0",
    ADE_TEST_EXECUTORS: settings.testExecutors ? "1" : "0",
    ADE_FILE_ROOTS: settings.fileRoots,
    ...more,
  };
  const logFile = (name: string) => join(dataDir, "logs", `${name}.log`);
  const app = (name: string) => join(root, "apps", name);
  return [
    {
      name: "web",
      args: [
        join(app("web"), "node_modules/next/dist/bin/next"),
        "start",
        "--hostname",
        "127.0.0.1",
        "--port",
        String(webPort),
      ],
      cwd: app("web"),
      // The dashboard needs no secret: it asks the API for everything, with the session of who asks for a page.
      env: {
        PATH,
        HOME,
        NODE_COMPILE_CACHE,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        ADE_API_URL: apiOrigin(settings),
      },
      logFile: logFile("web"),
      stopTimeoutMs: WEB_STOP_MS,
    },
    {
      name: "worker",
      args: [join(app("worker"), "src/main.ts")],
      cwd: root,
      env: {
        ...base,
        ADE_PUBLIC_URL: settings.publicUrl,
        ADE_API_URL: apiOrigin(settings),
        ADE_ADMIN_PASSWORD: undefined,
      },
      logFile: logFile("worker"),
      stopTimeoutMs: WORKER_DRAIN_MS,
    },
    {
      name: "api",
      args: [join(app("api"), "src/main.ts")],
      cwd: root,
      env: { ...base, PORT: String(port), HOST: host, ADE_WEB_URL: `http://127.0.0.1:${webPort}` },
      logFile: logFile("api"),
      stopTimeoutMs: API_STOP_MS,
    },
  ];
}
