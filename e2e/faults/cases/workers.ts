import { APPLY_STEPS, type ApplyStep } from "@ade/core/applying/service";
import { type Fault, lasting } from "../fault.ts";
import { LEASE_SECONDS } from "../house.ts";
import { withClock } from "../preloads.ts";

export const WORKERS = ["worker 1", "worker 2"] as const;
const TWO_LEASES_MS = 2 * LEASE_SECONDS * 1000;

/** So long a worker may take until a task brings it to the step at which it dies. */
const STEP_MS = 30_000;
const LOOK_EVERY_MS = 20;

/** Whether it came to be so in time. */
export async function until(
  isSo: () => Promise<boolean>,
  withinMs: number,
  everyMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await isSo()) return true;
    await lasting(everyMs);
  }
  return false;
}

/** A worker that ends itself with -9 at a named step of applying, and another in its place. */
function killedAt(step: ApplyStep): Fault {
  return {
    name: `worker-killed-${step}`,
    about: `A worker is killed with -9 at the step "${step}" of applying`,
    async run({ house, random, complain }) {
      const name = random.pick(WORKERS);
      await house.residents[name].process.stop();
      await house.restart(name, { ADE_TEST_KILL_AT: step });
      const until = performance.now() + STEP_MS;
      while (house.residents[name].process.isRunning() && performance.now() < until)
        await lasting(LOOK_EVERY_MS);
      if (house.residents[name].process.isRunning()) {
        complain(`no task brought the worker to "${step}"`);
        await house.residents[name].process.stop();
      }
      await lasting(random.int(0, 1_000));
      await house.restart(name);
    },
  };
}

export const workerFaults: Fault[] = [
  {
    name: "worker-killed",
    about: "A worker is killed with -9 while it applies, and another begins in its place",
    async run({ house, random }) {
      const name = random.pick(WORKERS);
      await house.residents[name].process.kill();
      await lasting(random.int(0, 2_000));
      await house.restart(name);
    },
  },
  ...APPLY_STEPS.map(killedAt),
  {
    name: "sealer-killed",
    about: "Both workers, which seal the audit chain beside the API, are killed with -9 again and again",
    async run({ house, random }) {
      for (let round = 0; round < 3; round += 1) {
        await lasting(random.int(0, 400));
        await Promise.all(WORKERS.map((name) => house.residents[name].process.kill()));
        await Promise.all(WORKERS.map((name) => house.restart(name)));
      }
    },
  },
  {
    name: "worker-stopped",
    about: "A worker is told to end (SIGTERM) while it applies: it does so in time, and that is no crash",
    async run({ house, random, complain, show }) {
      const name = random.pick(WORKERS);
      await house.residents[name].process.stop();
      // Shorter than some tasks take: what does not end by then is given back.
      await house.restart(name, { ADE_DRAIN_SECONDS: "0.2" });
      const { process } = house.residents[name];
      const of = `worker:%:${process.pid}:%`;
      const isApplying = async () => {
        const text = "SELECT 1 FROM attempt WHERE worker_id LIKE $1 AND ended_at IS NULL";
        return (await house.pool.query(text, [of])).rowCount !== 0;
      };
      if (!(await until(isApplying, STEP_MS, LOOK_EVERY_MS))) complain("no task came to the worker");
      const ended = await process.stop();
      if (ended !== 0) complain(`I6: told to end, the worker ended with ${ended}`);
      const { rows } = await house.pool.query<{ outcome: string | null; count: number }>(
        "SELECT outcome, count(*)::int AS count FROM attempt WHERE worker_id LIKE $1 GROUP BY outcome",
        [of],
      );
      for (const { outcome, count } of rows) {
        if (outcome !== "success" && outcome !== "drained")
          complain(`I5: ${count} attempts of a worker that was told to end are ${outcome ?? "open"}`);
      }
      show(`${rows.map(({ outcome, count }) => `${count} ${outcome}`).join(", ")}`);
      await house.restart(name);
    },
  },
  {
    name: "clock-off",
    about: "The wall clock of one process is off by two minutes (its Date, from inside)",
    async run({ house, random, show }) {
      const name = random.pick(["api", ...WORKERS] as const);
      const off_ms = random.pick([-120_000, 120_000]);
      await house.residents[name].process.stop();
      await house.restart(name, withClock(off_ms));
      await lasting(random.int(4_000, 7_000));
      await house.residents[name].process.stop();
      await house.restart(name);
      show(`${name} by ${off_ms / 1000} s`);
    },
  },
  {
    name: "worker-paused",
    about: "A worker stands still for two leases (SIGSTOP), and goes on",
    async run({ house, random }) {
      const { process } = house.residents[random.pick(WORKERS)];
      process.signal("SIGSTOP");
      await lasting(TWO_LEASES_MS);
      process.signal("SIGCONT");
    },
  },
  {
    name: "event-loop-blocked",
    about: "A worker computes past its leases and hears nothing",
    async run({ house, random }) {
      const { process } = house.residents[random.pick(WORKERS)];
      await process.blockEventLoop(LEASE_SECONDS * 1000 + random.int(500, 3_000));
    },
  },
  {
    name: "api-paused",
    about: "The API stands still for longer than the leases that it gave, and goes on",
    async run({ house, random }) {
      const { process } = house.residents.api;
      process.signal("SIGSTOP");
      await lasting(LEASE_SECONDS * 1000 + random.int(500, 3_000));
      process.signal("SIGCONT");
    },
  },
];
