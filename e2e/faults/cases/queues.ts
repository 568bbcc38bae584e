import type { Fault, Scene } from "../fault.ts";
import { LEASE_SECONDS } from "../house.ts";
import type { Granted, Queued } from "../lock-load.ts";

/** At the least so long a lease is, that a grant which nobody collects is given to the next. */
const UNCOLLECTED_MS = 8_000;
const WAITERS = 1_000;
const LANES = 40;
const SERVED = 50;
/** A place is kept for 60 s after it was asked for; on a slow machine a turn of the last to be served comes later. */
const KEEP_EVERY_MS = 15_000;

type Wish = { what?: string; ttl_seconds?: number; max_wait_seconds?: number };

/** The calls of those who wait for a key of this run, each an owner with a number. */
export function queue({ house, name }: Scene) {
  const { lockers } = house.keys;
  const keyOf = (at: number): string => lockers[at % lockers.length]!;
  return {
    ask: (at: number, { what = "queue", ttl_seconds = LEASE_SECONDS, max_wait_seconds = 300 }: Wish = {}) =>
      house.rest.call<Granted | Queued>(keyOf(at), "POST", "/locks/acquire", {
        ...{
          resource_type: "resource",
          resource_id: `database:${name}-${what}`,
          owner_id: `${name}/owner-${at}`,
        },
        ...{ ttl_seconds, max_wait_seconds },
      }),
    poll: (at: number, id: string, seconds: number) =>
      house.rest.call<Granted | Queued>(keyOf(at), "GET", `/locks/requests/${id}?wait_seconds=${seconds}`),
    leave: (at: number, id: string) => house.rest.call(keyOf(at), "DELETE", `/locks/requests/${id}`),
    release: (at: number, lock_id: string) =>
      house.rest.call(keyOf(at), "POST", "/locks/release", { lock_id }),
  };
}

export const queueFaults: Fault[] = [
  {
    name: "waiter-dies-at-head",
    about: "The first in a queue never asks again: the next is granted soon after the lock is free",
    async run(scene) {
      const { ask, poll, release } = queue(scene);
      const holder = await ask(0, { ttl_seconds: 30 });
      const dead = await ask(1);
      const next = await ask(2);
      if (holder.status !== 201 || dead.status !== 202 || next.status !== 202) {
        scene.complain(`nobody queues: ${[holder.status, dead.status, next.status]}`);
        return;
      }
      const started = performance.now();
      await release(0, holder.body.id);
      const got = await poll(2, next.body.id, 30);
      const ms = Math.round(performance.now() - started);
      if (got.status !== 201) scene.complain(`the next one has ${got.status} after ${ms} ms`);
      else await release(2, got.body.id);
      if (ms > UNCOLLECTED_MS) scene.complain(`the next one waited ${ms} ms behind a dead one`);
      scene.show(`next granted after ${ms} ms`);
    },
  },
  {
    name: "orphan-lock",
    about: "A lock whose holder is gone is free after its lease",
    async run(scene) {
      const { ask, poll, release } = queue(scene);
      const orphan = await ask(0, { what: "orphan" });
      const next = await ask(1, { what: "orphan" });
      if (orphan.status !== 201 || next.status !== 202) {
        scene.complain(`nobody queues: ${[orphan.status, next.status]}`);
        return;
      }
      const started = performance.now();
      const got = await poll(1, next.body.id, 30);
      const ms = Math.round(performance.now() - started);
      if (got.status !== 201) scene.complain(`the next one has ${got.status} after ${ms} ms`);
      else {
        if ((got.body as Granted).fencing_token <= (orphan.body as Granted).fencing_token) {
          scene.complain("its token is not greater");
        }
        await release(1, got.body.id);
      }
      if (ms > LEASE_SECONDS * 1000 + 3_000) scene.complain(`it took ${ms} ms`);
      scene.show(`free after ${ms} ms`);
    },
  },
  {
    name: "thousand-waiters",
    about: "A thousand wait for one key: each has its place, and the first fifty are served in order",
    async run(scene) {
      const { ask, poll, leave, release } = queue(scene);
      const holder = await ask(0, { ttl_seconds: 300 });
      // Side by side: one after the other, the first would lose their places before the last have come.
      const asked: { at: number; id: string; position: number }[] = [];
      const waiting = new Map<number, string>();
      const keeping = setInterval(() => {
        for (const [at, id] of waiting) void poll(at, id, 0);
      }, KEEP_EVERY_MS);
      await Promise.all(
        Array.from({ length: LANES }, async (_, lane) => {
          for (let at = lane + 1; at <= WAITERS; at += LANES) {
            const { status, body, code } = await ask(at);
            if (status === 202) {
              const position = (body as Queued).queue_position;
              asked.push({ at, id: body.id, position });
              if (position <= SERVED) waiting.set(at, body.id);
            } else scene.complain(`number ${at} was answered ${status} ${code}`);
          }
        }),
      );
      asked.sort((a, b) => a.position - b.position);
      if (asked.some(({ position }, index) => position !== index + 1))
        scene.complain("places are not in order");
      let token = (holder.body as Granted).fencing_token;
      await release(0, holder.body.id);
      const started = performance.now();
      const served = asked.slice(0, SERVED);
      for (const { at, id, position } of served) {
        const got = await poll(at, id, 10);
        if (got.status !== 201) {
          scene.complain(`place ${position} was answered ${got.status} at its turn`);
          break;
        }
        const next = (got.body as Granted).fencing_token;
        if (next <= token) scene.complain(`token ${next} came after ${token}`);
        token = next;
        waiting.delete(at);
        await release(at, got.body.id);
      }
      clearInterval(keeping);
      const ms = (performance.now() - started) / served.length;
      await Promise.all(asked.slice(served.length).map(({ at, id }) => leave(at, id)));
      scene.show(`${asked.length} waited, ${ms.toFixed(1)} ms a turn`);
    },
  },
];
