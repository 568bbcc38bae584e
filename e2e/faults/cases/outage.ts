import { type Fault, lasting, type Scene } from "../fault.ts";
import type { Granted, Queued } from "../lock-load.ts";
import { queue } from "./queues.ts";

/** Keys that are asked for while Redis is down; on each in order. */
const LANES = [0, 1, 2, 3, 4];
/** So long they want to wait: many of them less than Redis is away. */
const WAITS_SECONDS = [30, 60, 120, 300];
const POLL_SECONDS = 20;
const AGAIN_MS = 250;
/** Nobody is told that the wait is over before it is; the clock of PostgreSQL says when. */
const TOLERANCE_MS = 1_000;
/** Until then whoever waits has been served or told; a wait may end in the middle of a poll. */
const PATIENCE_MS = 120_000;

type Status = { queued_in_database: number };
/** What a request came to: its token, or null where it waited as long as it wanted to. */
type End = { at: number; lane: number; token: number | null };

/** One who came while Redis was away and was given a place: asks until it is served or its wait is over. */
async function waitOn(scene: Scene, lane: number, at: number, id: string, seconds: number): Promise<End> {
  const { poll, release } = queue(scene);
  const asked = performance.now();
  const until = asked + seconds * 1000 + PATIENCE_MS;
  let last = "nothing";
  while (performance.now() < until) {
    const { status, code, body } = await poll(at, id, POLL_SECONDS);
    if (status === 201) {
      await release(at, body.id);
      return { at, lane, token: (body as Granted).fencing_token };
    }
    if (status === 423) {
      const ms = Math.round(performance.now() - asked);
      if (ms < seconds * 1000 - TOLERANCE_MS) scene.complain(`request ${at} was given up after ${ms} ms`);
      return { at, lane, token: null };
    }
    last = `${status} ${code}`;
    if (status !== 202 && status !== 0 && status !== 503) break;
    if (status !== 202) await lasting(AGAIN_MS);
  }
  scene.complain(`request ${at}, which wanted to wait ${seconds} s, was answered ${last}`);
  return { at, lane, token: null };
}

/** Those who were served have tokens in the order of asking, each key by itself. */
function judgeOrder(ends: readonly End[], complain: Scene["complain"]): void {
  for (const lane of LANES) {
    let newest = 0;
    for (const { at, token } of ends.filter((end) => end.lane === lane).sort((a, b) => a.at - b.at)) {
      if (token === null) continue;
      if (token <= newest) complain(`request ${at} has token ${token}, one before it ${newest}`);
      newest = token;
    }
  }
}

export const outageFaults: Fault[] = [
  {
    name: "redis-down-long",
    about:
      "Redis is down for 10 minutes with 10,000 requests (scaled): each waits its time or is served in order",
    loses: true,
    async run(scene) {
      const { house, random, scaled, complain, show } = scene;
      const { ask } = queue(scene);
      // Squared: a fifth of ten minutes with a fifth of ten thousand would still be long.
      const [downMs, count] = [scaled(scaled(600_000)), Math.round(scaled(scaled(10_000)))];
      await house.redis.kill();
      const down = performance.now();
      const waiting: Promise<End>[] = [];
      const refusals = new Map<string, number>();
      await Promise.all(
        LANES.map(async (lane) => {
          for (let at = lane; at < count; at += LANES.length) {
            const due = down + (downMs * at) / count;
            // Where answers take long fewer come, and the outage is no longer for it.
            if (performance.now() > down + downMs) break;
            await lasting(Math.max(0, due - performance.now()));
            const seconds = random.pick(WAITS_SECONDS);
            const { status, body, code } = await ask(at, {
              what: `down-${lane}`,
              max_wait_seconds: seconds,
            });
            if (status === 202) waiting.push(waitOn(scene, lane, at, (body as Queued).request_id, seconds));
            else refusals.set(`${status} ${code}`, (refusals.get(`${status} ${code}`) ?? 0) + 1);
          }
        }),
      );
      if (refusals.size > 0) complain(`places were refused: ${JSON.stringify([...refusals])}`);
      await lasting(Math.max(0, down + downMs - performance.now()));
      const { body } = await house.rest.call<Status>(house.keys.admin, "GET", "/locks/status");
      const lasted = Math.round((performance.now() - down) / 1000);
      await house.redis.start();
      const back = performance.now();
      const ends = await Promise.all(waiting);
      judgeOrder(ends, complain);
      const served = ends.filter(({ token }) => token !== null).length;
      show(`${ends.length} queued in ${lasted} s, ${body?.queued_in_database} still at its end`);
      show(`${served} served within ${Math.round((performance.now() - back) / 1000)} s`);
    },
  },
];
