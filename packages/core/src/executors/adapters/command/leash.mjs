/**
 * Holds one program for a worker, as its own process at the head of a process group. The worker writes what to run as
 * one line to file descriptor 3, and a line break every now and then while it lives. When it dies, or is silent for
 * too long (a paused process can't keep its locks), the whole group is ended. So nothing goes on working without its
 * worker's locks, and whatever the program leaves running in its group ends with it.
 *
 * Plain JavaScript: taking the types out costs twice the start and 18 MB, measured, and there is one for each program.
 */
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const worker = new Socket({ fd: 3, readable: true, writable: true });
/** @type {{argv: string[], cwd: string, env: Record<string, string>, graceMs: number, silenceMs: number, talks?: boolean} | null} */
let order = null;
let received = "";
let isEnding = false;
let silence;

// The program is told by the same signal; this process stays to see it end.
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, () => undefined);

function killGroup() {
  process.kill(0, "SIGKILL");
}

function end() {
  if (isEnding) return;
  isEnding = true;
  if (!order) killGroup();
  process.kill(0, "SIGTERM");
  setTimeout(killGroup, order.graceMs);
}

/** Tells the worker how it ended, then ends what is left of the group, itself included. */
function finish(answer) {
  try {
    writeSync(3, `${JSON.stringify(answer)}\n`);
  } catch {
    // Nobody listens any more.
  }
  killGroup();
}

function begin(line) {
  order = JSON.parse(line);
  const [program, ...rest] = order.argv;
  // One pipe for both, so that what is printed keeps its order; a program that is talked to has three of its own.
  const stdio = order.talks ? [0, 1, 2] : ["ignore", 1, 1];
  const child = spawn(program, rest, { cwd: order.cwd, env: order.env, stdio });
  child.on("error", (error) => finish({ error: error.code ?? error.message }));
  child.on("exit", (code, signal) => finish({ code, signal }));
}

worker.setEncoding("utf8");
worker.on("data", (chunk) => {
  if (!order) {
    received += chunk;
    const at = received.indexOf("\n");
    if (at === -1) return;
    try {
      begin(received.slice(0, at));
    } catch (error) {
      finish({ error: error.code ?? error.message });
    }
    received = "";
  }
  clearTimeout(silence);
  silence = setTimeout(end, order.silenceMs);
});
for (const gone of ["end", "error", "close"]) worker.on(gone, end);
