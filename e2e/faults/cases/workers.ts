import { type Fault, lasting } from "../fault.ts";
import { LEASE_SECONDS } from "../house.ts";

const WORKERS = ["worker 1", "worker 2"] as const;
const TWO_LEASES_MS = 2 * LEASE_SECONDS * 1000;

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
