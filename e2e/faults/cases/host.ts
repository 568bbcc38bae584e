import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { findOnPath } from "@ade/embedded/redis-binary";
import { fillDisk, mountSmallDisk, whyNoSmallDisk } from "@ade/testkit/small-disk";
import { type Fault, lasting, type Scene } from "../fault.ts";
import { until, WORKERS } from "./workers.ts";

const LOG_DISK_MB = 4;
const LOOK_EVERY_MS = 100;
const LOGS_AGAIN_MS = 15_000;
const SEALERS = 4;
/** Enough for what it does, and soon used up. */
const HEAP_MB = 256;

/** How many files this process may have open from now on; it may be given back what it had. */
function limitFiles(pid: number, soft: number | "hard"): void {
  const hard = /Max open files\s+\d+\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))![1]!;
  const limit = soft === "hard" ? hard : String(soft);
  const { status, stderr } = spawnSync("prlimit", [`--pid=${pid}`, `--nofile=${limit}:${hard}`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The limit of open files could not be set: ${stderr.trim()}`);
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** The log of these goes to a small disk, which is given to `during`. */
async function onSmallDisk(
  { house }: Scene,
  names: readonly (keyof Scene["house"]["residents"])[],
  during: (disk: string, logOf: (name: string) => string) => Promise<void>,
): Promise<void> {
  const disk = join(house.folder, "logs");
  mkdirSync(disk, { recursive: true });
  const unmount = mountSmallDisk(disk, LOG_DISK_MB);
  const logOf = (name: string) => join(disk, `${name}.log`);
  try {
    for (const name of names) {
      await house.residents[name].process.stop();
      await house.restart(name, { LOG_LEVEL: "debug", ADE_DATA_DIR: disk }, logOf(name));
    }
    await during(disk, logOf);
  } finally {
    for (const name of names) {
      await house.residents[name].process.stop();
      await house.restart(name);
    }
    unmount();
  }
}

/** One of these wants more than its heap may have: it computes for a while, then ends at once. */
function outOfMemory(name: string, who: string, of: readonly (keyof Scene["house"]["residents"])[]): Fault {
  return {
    name,
    about: `${who} runs out of memory, slowly and then at once, and another begins in its place`,
    async run({ house, random, show }) {
      const one = random.pick(of);
      await house.residents[one].process.stop();
      await house.restart(one, { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
      await lasting(random.int(0, 1_500));
      const begun = performance.now();
      await house.residents[one].process.exhaustHeap();
      show(`${one} ended after ${Math.round(performance.now() - begun)} ms`);
      await house.restart(one);
    },
  };
}

export const hostFaults: Fault[] = [
  {
    name: "log-disk-full",
    about: "The disk of the API's and a worker's log is full for a while (needs root)",
    cannotRun: whyNoSmallDisk,
    async run(scene) {
      const { house, random, complain, show } = scene;
      const names = ["api", random.pick(WORKERS)] as const;
      await onSmallDisk(scene, names, async (disk, logOf) => {
        const giveBack = fillDisk(disk);
        await lasting(random.int(3_000, 6_000));
        giveBack();
        const sizes = names.map((name) => statSync(logOf(name)).size);
        const logsAgain = async () => names.every((name, at) => statSync(logOf(name)).size > sizes[at]!);
        if (!(await until(logsAgain, LOGS_AGAIN_MS, LOOK_EVERY_MS)))
          complain("I5: with room again on its disk, a process does not log any more");
        for (const name of names) {
          const { process } = house.residents[name];
          if (!process.isRunning()) complain(`I6: ${name} ended when its log's disk was full`);
          const ended = await process.stop();
          if (ended !== 0) complain(`I6: ${name} ended with ${ended}`);
        }
      });
      show(names.join(" and "));
    },
  },
  {
    name: "files-exhausted",
    about: "The API and a worker may open no file and no connection more, and lose those that they have",
    // The sink is a file too.
    mayFail: true,
    cannotRun: () => (findOnPath("prlimit") ? null : "there is no prlimit"),
    async run({ house, random, show }) {
      const names = ["api", random.pick(WORKERS)] as const;
      const counts = names.map((name) => {
        const { process, redis, postgres } = house.residents[name];
        const count = openFiles(process.pid);
        limitFiles(process.pid, Math.max(20, count - random.int(0, 10)));
        // Whatever is lost cannot be opened again: the numbers below the limit go to whoever is first.
        redis.cut();
        postgres.cut();
        return count;
      });
      await lasting(random.int(2_000, 5_000));
      for (const name of names) limitFiles(house.residents[name].process.pid, "hard");
      show(`${counts.join(" and ")} open files`);
    },
  },
  outOfMemory("worker-out-of-memory", "A worker", WORKERS),
  // It hears nothing while it dies, and the next one is there only then: on a busy machine that is longer than a turn.
  { ...outOfMemory("api-out-of-memory", "The API", ["api"]), unheard: true },
  {
    name: "sealers-together",
    about: "Seven seal the audit chain at once, and one of them stands still in between",
    async run({ house, random }) {
      let isOver = false;
      const sealing = Array.from({ length: SEALERS }, async () => {
        while (!isOver) {
          await house.core.ledger.settle();
          await lasting(random.int(0, 5));
        }
      });
      for (let round = 0; round < 4; round += 1) {
        const { process } = house.residents[random.pick(WORKERS)];
        await lasting(random.int(200, 900));
        process.signal("SIGSTOP");
        await lasting(random.int(100, 700));
        process.signal("SIGCONT");
      }
      isOver = true;
      await Promise.all(sealing);
    },
  },
];
