import type { RunOptions } from "./connection.ts";
import type { ManyScript } from "./scripts.generated.ts";

type Call = (
  name: ManyScript,
  partition: number,
  args: readonly (string | number)[],
  ttlSeconds: number,
  onUnknown: () => void,
) => Promise<unknown[]>;

type Waiting = {
  args: readonly (string | number)[];
  options: RunOptions;
  resolve: (answer: { now_ms: number; result: unknown }) => void;
  reject: (error: unknown) => void;
};
type Lane = { name: ManyScript; partition: number; waiting: Waiting[]; flying: number; isDue: boolean };

/** Large enough that a call's own cost hardly counts, small enough that Redis works on one while the next is made. */
const LARGEST = 16;
/** So many of a lane are under way; what comes meanwhile gathers. */
const MAX_FLYING = 3;

/**
 * Sends what is asked for in the same moment in one call: a command costs client and server more than a lock does.
 * Whoever comes alone goes alone and at once; under load a batch gathers while others are on their way.
 */
export function createBatches(call: Call) {
  const lanes = new Map<string, Lane>();

  function laneOf(name: ManyScript, partition: number): Lane {
    const key = name + partition;
    let lane = lanes.get(key);
    if (!lane) {
      lane = { name, partition, waiting: [], flying: 0, isDue: false };
      lanes.set(key, lane);
    }
    return lane;
  }

  function plan(lane: Lane): void {
    if (lane.isDue || lane.flying >= MAX_FLYING || lane.waiting.length === 0) return;
    lane.isDue = true;
    // After the promises of this moment: what they lead to goes with it.
    process.nextTick(() => {
      lane.isDue = false;
      send(lane);
      plan(lane);
    });
  }

  function send(lane: Lane): void {
    // Of what comes while nothing is under way half goes ahead, so that Redis is busy while the rest is made ready.
    const { length } = lane.waiting;
    const batch = lane.waiting.splice(
      0,
      Math.min(LARGEST, lane.flying === 0 ? Math.ceil(length / 2) : length),
    );
    const args =
      batch.length === 1 ? batch[0]!.args : batch.flatMap((each) => each.args as (string | number)[]);
    let ttlSeconds = 0;
    for (const { options } of batch) ttlSeconds = Math.max(ttlSeconds, options.ttl_seconds ?? 0);
    const onUnknown = (): void => {
      for (const { options } of batch) options.onUnknown?.();
    };
    lane.flying += 1;
    call(lane.name, lane.partition, args, ttlSeconds, onUnknown)
      .then(
        (reply) => {
          const now_ms = Number(reply[1]);
          for (const [at, { resolve }] of batch.entries()) resolve({ now_ms, result: reply[2 + at] });
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      )
      .finally(() => {
        lane.flying -= 1;
        plan(lane);
      });
  }

  return {
    add: (name: ManyScript, partition: number, args: readonly (string | number)[], options: RunOptions) =>
      new Promise<{ now_ms: number; result: unknown }>((resolve, reject) => {
        const lane = laneOf(name, partition);
        lane.waiting.push({ args, options, resolve, reject });
        plan(lane);
      }),
  };
}
