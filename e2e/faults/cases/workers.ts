import { APPLY_STEPS, type ApplyStep } from "@ade/core/applying/service";
import { type Fault, lasting } from "../fault.ts";
import { LEASE_SECONDS } from "../house.ts";

const WORKERS = ["worker 1", "worker 2"] as const;
const TWO_LEASES_MS = 2 * LEASE_SECONDS * 1000;

/** So long a worker may take until a task brings it to the step at which it dies. */
const STEP_MS = 30_000;
const LOOK_EVERY_MS = 20;
/** A folder that nobody can make. */
const NO_SINK = "/dev/null/sink";

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
    name: "sink-failing",
    about: "One worker cannot reach the sink: its tasks end as failures and leave nothing behind",
    mayFail: true,
    async run({ house, random, show }) {
      const name = random.pick(WORKERS);
      await house.residents[name].process.stop();
      await house.restart(name, { ADE_TEST_SINK: NO_SINK });
      await lasting(random.int(3_000, 6_000));
      await house.residents[name].process.stop();
      await house.restart(name);
      const { rows } = await house.pool.query<{ failed: number }>(
        "SELECT count(*)::int AS failed FROM task WHERE result = 'failure'",
      );
      show(`${rows[0]!.failed} tasks failed so far`);
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
