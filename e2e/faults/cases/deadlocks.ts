import { type Fault, lasting, type Scene } from "../fault.ts";
import { LEASE_SECONDS } from "../house.ts";
import type { Granted, Queued } from "../lock-load.ts";

type Entry = { cycle: { owner_id: string }[]; resolution: { victim_owner_id: string } };
const WAIT_SECONDS = 40;
const POLL_SECONDS = 5;

/** One who takes part: asks, polls to the end, keeps what it has alive, and gives it back. */
function participant({ house, name }: Scene, at: number) {
  const key = house.keys.lockers[at % house.keys.lockers.length]!;
  const owner_id = `${name}/owner-${at}`;
  const held: string[] = [];
  const idOf = (what: number | string) => `database:${name}-${what}`;
  const beating = setInterval(
    () => {
      if (held.length === 0) return;
      const body = { lock_ids: held, ttl_extension_seconds: LEASE_SECONDS };
      void house.rest.call(key, "POST", "/locks/heartbeat", body);
    },
    (LEASE_SECONDS * 1000) / 3,
  );
  return {
    owner_id,
    /** "held", or the code that ended the wait. */
    async acquire(what: number | string): Promise<string> {
      const body = {
        ...{ resource_type: "resource", resource_id: idOf(what), owner_id, ttl_seconds: LEASE_SECONDS },
        max_wait_seconds: WAIT_SECONDS,
      };
      let answer = await house.rest.call<Granted | Queued>(key, "POST", "/locks/acquire", body);
      while (answer.status === 202) {
        const path = `/locks/requests/${(answer.body as Queued).request_id}?wait_seconds=${POLL_SECONDS}`;
        answer = await house.rest.call<Granted | Queued>(key, "GET", path);
      }
      if (answer.status !== 201) return answer.code ?? "no answer";
      held.push(answer.body.id);
      return "held";
    },
    async releaseAll(): Promise<void> {
      for (const lock_id of held.splice(0)) await house.rest.call(key, "POST", "/locks/release", { lock_id });
    },
    end: () => clearInterval(beating),
  };
}

async function deadlocksOf({ house, name }: Scene): Promise<Entry[]> {
  const { body } = await house.rest.call<{ deadlocks: Entry[] }>(
    house.keys.admin,
    "GET",
    "/locks/deadlocks?limit=100",
  );
  return (body?.deadlocks ?? []).filter(({ cycle }) =>
    cycle.some(({ owner_id }) => owner_id.startsWith(`${name}/`)),
  );
}

/** So many owners, each holding one key and waiting for the next one's. */
function deadlockOf(size: number): Fault {
  return {
    name: `deadlock-${size}`,
    about: `${size} owners wait for each other in a circle: one victim, the others go on`,
    async run(scene) {
      const { complain, show, random } = scene;
      const owners = Array.from({ length: size }, (_, at) => participant(scene, at));
      for (const [at, owner] of owners.entries()) {
        const got = await owner.acquire(at);
        if (got !== "held") complain(`${owner.owner_id} did not get its first key: ${got}`);
      }
      const started = performance.now();
      const ends = await Promise.all(
        owners.map(async (owner, at) => {
          await lasting(random.int(0, 50));
          const end = await owner.acquire((at + 1) % size);
          // Whoever got through is done, and lets the one behind it through.
          if (end === "held") await owner.releaseAll();
          return { end, ms: performance.now() - started };
        }),
      );
      const victims = ends.filter(({ end }) => end === "DEADLOCK_DETECTED");
      if (victims.length !== 1)
        complain(`of ${size} there were ${victims.length} victims: ${ends.map(({ end }) => end)}`);
      const others = ends.filter(({ end }) => end !== "DEADLOCK_DETECTED" && end !== "held");
      if (others.length > 0) complain(`others ended with ${others.map(({ end }) => end)}`);
      const found = await deadlocksOf(scene);
      const victim = owners[ends.findIndex(({ end }) => end === "DEADLOCK_DETECTED")];
      if (found.length !== 1 || found[0]!.cycle.length !== size) {
        complain(`the history has ${found.length} deadlocks of ${found.map(({ cycle }) => cycle.length)}`);
      } else if (found[0]!.resolution.victim_owner_id !== victim?.owner_id) {
        complain("the history names another victim");
      }
      show(`victim told after ${Math.round(victims[0]?.ms ?? Number.NaN)} ms`);
      for (const owner of owners) {
        await owner.releaseAll();
        owner.end();
      }
    },
  };
}

/** Circles that are never closed, because somebody lets go before asking: nobody may be aborted for them. */
const phantom: Fault = {
  name: "deadlock-phantom",
  about: "Owners cross each other's keys but always let go first: no deadlock may be found",
  async run(scene) {
    const { complain, random, show } = scene;
    const owners = Array.from({ length: 6 }, (_, at) => participant(scene, at));
    let turns = 0;
    const until = performance.now() + 6_000;
    const ends = await Promise.all(
      owners.map(async (owner) => {
        while (performance.now() < until) {
          const end = await owner.acquire(random.int(0, 2));
          if (end !== "held") return end;
          turns += 1;
          await lasting(random.int(0, 20));
          await owner.releaseAll();
        }
        return "held";
      }),
    );
    for (const end of ends) if (end !== "held") complain(`a wait ended with ${end}`);
    const found = await deadlocksOf(scene);
    if (found.length > 0) complain(`${found.length} deadlocks were found where there were none`);
    show(`${turns} turns`);
    for (const owner of owners) owner.end();
  },
};

export const deadlockFaults: Fault[] = [deadlockOf(2), deadlockOf(3), deadlockOf(5), phantom];
