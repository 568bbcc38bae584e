import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { END_WITH_PARENT } from "../../scripts/start/prepare.ts";

const ROOT = join(import.meta.dirname, "../..");

export type ProductProcess = {
  name: string;
  pid: number;
  /** Lines of its log that no run may have: what nobody caught, and what is worse than an error. */
  alarms: string[];
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and resolves when it has ended. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL where that does not end it in time. Answers its exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
  /** Keeps its event loop busy for so long, from inside, as a runaway computation would. */
  blockEventLoop(ms: number): Promise<void>;
  /** Makes it want more memory than its heap may have, from inside; resolves when it has ended. */
  exhaustHeap(): Promise<void>;
  residentMegabytes(): number;
};

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const START_MS = 60_000;
const STOP_MS = 20_000;
/** pino's level of errors; what is above ends a process. */
const ERROR = 50;

const READ_EVERY_MS = 50;
const READ_BYTES = 64 * 1024;

/**
 * Starts apps/<app>/src/main.ts with these settings; resolves when it says that it is ready. With `logFile` it writes its
 * log there instead of into a pipe. @throws where it ends before
 */
export async function startProduct(
  app: "api" | "worker",
  name: string,
  settings: Record<string, string>,
  logFile?: string,
): Promise<ProductProcess> {
  const main = join(ROOT, "apps", app, "src/main.ts");
  const log = logFile === undefined ? null : openSync(logFile, "a");
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--inspect-port=127.0.0.1:0",
      "--import",
      END_WITH_PARENT,
      main,
    ],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        ADE_SUPERVISOR: String(process.pid),
        ...settings,
      },
      stdio: ["ignore", log ?? "pipe", "pipe", "ipc"],
    },
  );
  if (log !== null) closeSync(log);
  running.add(child);
  const alarms: string[] = [];
  const words: string[] = [];
  const ready = Promise.withResolvers<void>();
  const debuggers: ((address: string) => void)[] = [];
  function read(line: string): void {
    if (line.includes('"msg":"ready"')) ready.resolve();
    const alarm = alarmOf(line);
    if (alarm) alarms.push(`${name}: ${alarm}`);
    if (process.env.ADE_CHAOS_LOG) console.log(`${name} ${line}`);
  }
  const stopReading = logFile === undefined ? () => undefined : followFile(logFile, read);
  if (child.stdout) createInterface({ input: child.stdout }).on("line", read);
  createInterface({ input: child.stderr! }).on("line", (line) => {
    const address = /Debugger listening on (ws:\S+)/.exec(line)?.[1];
    if (address) debuggers.shift()?.(address);
    else if (!/^(Debugger|For help|Waiting for|Starting inspector)/.test(line)) words.push(line);
  });
  const ended = once(child, "exit").then(() => {
    running.delete(child);
    stopReading();
  });
  ended.then(() =>
    ready.reject(new Error(`${name} ended before it was ready: ${words.join(" ").slice(0, 600)}`)),
  );
  const late = setTimeout(() => ready.reject(new Error(`${name} was not ready in time`)), START_MS);
  try {
    await ready.promise;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(late);
  }

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  let inspected: Promise<string> | undefined;
  function inspect(): Promise<string> {
    inspected ??= new Promise((resolve) => {
      debuggers.push(resolve);
      child.kill("SIGUSR1");
    });
    return inspected;
  }
  /** Has it run this; its answer, if it ever comes, is the socket's next message. */
  async function evaluate(expression: string): Promise<WebSocket> {
    const socket = new WebSocket(await inspect());
    await once(socket, "open");
    socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
    return socket;
  }
  return {
    name,
    pid: child.pid!,
    alarms,
    isRunning,
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      if (isRunning()) {
        child.kill("SIGTERM");
        const killing = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
        await ended;
        clearTimeout(killing);
      }
      return child.exitCode ?? child.signalCode;
    },
    async blockEventLoop(ms) {
      const socket = await evaluate(`{ const until = Date.now() + ${ms}; while (Date.now() < until); }`);
      await once(socket, "message");
      socket.close();
    },
    async exhaustHeap() {
      await evaluate("{ const all = []; for (;;) all.push(new Array(10_000).fill(all.length)); }");
      await ended;
    },
    residentMegabytes() {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
    },
  };
}

/** Each line of a file as it comes to be there; answers what ends that. A line on a full disk may be half of one. */
function followFile(file: string, onLine: (line: string) => void): () => void {
  const descriptor = openSync(file, "r");
  const buffer = Buffer.alloc(READ_BYTES);
  let rest = "";
  function more(): void {
    for (let bytes = 1; bytes > 0; ) {
      bytes = readSync(descriptor, buffer);
      const lines = (rest + buffer.toString("utf8", 0, bytes)).split("\n");
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
    }
  }
  const timer = setInterval(more, READ_EVERY_MS);
  return () => {
    clearInterval(timer);
    more();
    closeSync(descriptor);
  };
}

function alarmOf(line: string): string | null {
  if (!line.startsWith("{")) return null;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level: number;
      msg?: string;
      err?: { message?: string };
    };
    const said = `${msg ?? ""} ${err?.message ?? ""}`.trim();
    return level > ERROR || /unhandled|uncaught/i.test(said) ? said : null;
  } catch {
    return null;
  }
}
