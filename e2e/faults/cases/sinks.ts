import { createEffectSink } from "@ade/core/executors/adapters/noop/effect-sink";
import { type Fault, lasting, type Scene } from "../fault.ts";
import { withSink } from "../preloads.ts";
import { noopTask } from "../task-load.ts";
import { until, WORKERS } from "./workers.ts";

/** A folder that nobody can make. */
const NO_SINK = "/dev/null/sink";
/** A worker that a task killed is found after its lease, and the task may then wait its turn. */
const QUARANTINE_MS = 90_000;
const COMPLETION_MS = 40_000;
const LOOK_EVERY_MS = 100;

/** Both workers, one after the other, with another sink; then with an honest one again. */
async function whileBothHave(
  { house }: Scene,
  settings: Record<string, string>,
  during: () => Promise<void>,
): Promise<void> {
  for (const name of WORKERS) {
    await house.residents[name].process.stop();
    await house.restart(name, settings);
  }
  await during();
  for (const name of WORKERS) {
    await house.residents[name].process.stop();
    await house.restart(name);
  }
}

async function resultsSince({ house }: Scene, since: Date): Promise<string> {
  const { rows } = await house.pool.query<{ result: string; count: number }>(
    "SELECT result, count(*)::int AS count FROM task WHERE completed_at > $1 GROUP BY result ORDER BY result",
    [since],
  );
  return rows.map(({ result, count }) => `${count} ${result}`).join(", ");
}

export const sinkFaults: Fault[] = [
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
    name: "sink-slow",
    about:
      "The sink takes up to longer than a lease to write an effect: leases are kept, nothing is done twice",
    async run(scene) {
      const since = new Date();
      await whileBothHave(scene, withSink("slow"), () => lasting(scene.random.int(5_000, 8_000)));
      scene.show(`meanwhile ${await resultsSince(scene, since)}`);
    },
  },
  {
    name: "sink-lying",
    about: "The sink says that it failed after it did it, and done where it did nothing",
    mayFail: true,
    lies: true,
    async run(scene) {
      const since = new Date();
      await whileBothHave(scene, withSink("lying"), () => lasting(scene.random.int(3_000, 6_000)));
      scene.show(`meanwhile ${await resultsSince(scene, since)}`);
    },
  },
  {
    name: "task-kills-workers",
    about:
      "A task kills every worker that takes it: it alone is held back, and goes on when an admin lets it",
    async run(scene) {
      const { house, name, tasks, complain, show } = scene;
      // On a resource of its own, by whose name the sink knows it.
      const resource = `${name}-poison`;
      const settings = withSink({ killsFor: resource });
      for (const worker of WORKERS) {
        await house.residents[worker].process.stop();
        await house.restart(worker, settings);
      }
      const id = await tasks.propose(noopTask(resource, 0));
      if (id === null) return complain("the task could not be proposed");
      let deaths = 0;
      const look = async () =>
        (
          await house.pool.query<{ state: string; waiting_for: { kind: string } | null }>(
            "SELECT state, waiting_for FROM task WHERE id = $1",
            [id],
          )
        ).rows[0]!;
      const isHeld = async (): Promise<boolean> => {
        for (const worker of WORKERS) {
          if (house.residents[worker].process.isRunning()) continue;
          deaths += 1;
          await house.restart(worker, settings);
        }
        return (await look()).waiting_for?.kind === "quarantine";
      };
      if (!(await until(isHeld, QUARANTINE_MS, LOOK_EVERY_MS)))
        complain(`I5: after ${deaths} deaths the task is not held back: ${JSON.stringify(await look())}`);
      const { rows: others } = await house.pool.query<{ id: string }>(
        "SELECT id FROM task WHERE waiting_for->>'kind' = 'quarantine' AND id <> $1",
        [id],
      );
      if (others.length > 0) complain(`I5: ${others.length} tasks are held back that killed nobody`);
      for (const worker of WORKERS) {
        await house.residents[worker].process.stop();
        await house.restart(worker);
      }
      const { status } = await house.rest.call(house.keys.admin, "POST", `/tasks/${id}/release`, {
        reason: "Its worker has room again",
      });
      const isDone = async () => (await look()).state === "COMPLETED";
      if (!(await until(isDone, COMPLETION_MS, LOOK_EVERY_MS)))
        complain(`I5: released (${status}), it is ${JSON.stringify(await look())}`);
      const effects = await createEffectSink(house.sinkDir).read("applied");
      const own = effects.filter(({ idempotency_key }) => idempotency_key.startsWith(id)).length;
      if (own !== 1) complain(`I2: ${id} has ${own} effects`);
      show(`${deaths} workers killed`);
    },
  },
];
