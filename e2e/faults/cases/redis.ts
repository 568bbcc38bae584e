import { startRedisServer } from "@ade/testkit/redis-server";
import { type Fault, lasting, type Scene } from "../fault.ts";
import { startProduct } from "../product-process.ts";

/** Redis goes and comes back, after a while in which nobody is granted. */
async function awayFor(ms: number, { house }: Scene, end: () => Promise<unknown>): Promise<void> {
  await end();
  await lasting(ms);
  await house.redis.start();
}

export const redisFaults: Fault[] = [
  {
    name: "redis-back-empty",
    about: "Redis is shut down and comes back empty",
    loses: true,
    run: (scene) => awayFor(scene.random.int(50, 1_500), scene, () => scene.house.redis.kill("SIGTERM")),
  },
  {
    name: "redis-killed",
    about: "Redis is killed with -9 and has no persistence",
    loses: true,
    run: (scene) => awayFor(scene.random.int(0, 1_500), scene, () => scene.house.redis.kill()),
  },
  {
    name: "redis-killed-aof",
    about: "Redis is killed with -9 and comes back on its append-only file, without the last second",
    loses: true,
    house: { redisSettings: { appendonly: "yes", appendfsync: "everysec" } },
    run: (scene) => awayFor(scene.random.int(0, 1_500), scene, () => scene.house.redis.kill()),
  },
  {
    name: "flushall",
    about: "FLUSHALL under load, once or twice",
    loses: true,
    async run({ house, random }) {
      for (let left = random.int(1, 2); left > 0; left -= 1) {
        await house.redis.admin.flushall();
        await lasting(random.int(0, 800));
      }
    },
  },
  {
    name: "redis-paused",
    about: "Redis stands still for 35 s (scaled) and runs then what is in its sockets",
    async run({ house, scaled }) {
      const ms = scaled(35_000);
      await house.redis.admin.client("PAUSE", ms, "ALL");
      await lasting(ms);
    },
  },
  {
    name: "redis-flapping",
    about: "Redis comes and goes for everybody, eight times",
    async run({ house, random }) {
      const lines = Object.values(house.residents).map(({ redis }) => redis);
      for (let round = 0; round < 8; round += 1) {
        for (const line of lines) {
          line.refuse();
          line.cut();
        }
        await lasting(random.int(50, 700));
        await Promise.all(lines.map((line) => line.heal()));
        await lasting(random.int(50, 700));
      }
    },
  },
  {
    name: "redis-out-of-memory",
    about: "Redis refuses to write for want of memory",
    async run({ house, random }) {
      await house.redis.admin.config("SET", "maxmemory", "1");
      await lasting(random.int(1_000, 4_000));
      await house.redis.admin.config("SET", "maxmemory", "0");
    },
  },
  {
    name: "redis-evicting",
    about: "An API that boots on a Redis with an evicting policy refuses to",
    async run({ house, complain }) {
      const evicting = await startRedisServer({ settings: { "maxmemory-policy": "allkeys-lru" } });
      try {
        const second = await startProduct("api", "second api", house.settingsOn(evicting.url));
        complain("an API started on a Redis that may evict locks");
        await second.kill();
      } catch (error) {
        if (!String(error).includes("allkeys-lru")) complain(`it refused without saying why: ${error}`);
      } finally {
        await evicting.stop();
      }
    },
  },
  {
    name: "lock-key-deleted",
    about: "Keys of held locks are deleted by hand: only the fence is left",
    breaks: ["two-holders", "not-linearisable", "overtaken", "stalled", "late-effect"],
    async run({ house, random, show }) {
      let deleted = 0;
      for (let round = 0; round < 10; round += 1) {
        for (let partition = 0; partition < 16; partition += 1) {
          const resources = `lock:{p${partition}}:resources`;
          const fields = (await house.redis.admin.hkeys(resources)).filter((field) => field.length === 12);
          deleted += fields.length > 0 ? await house.redis.admin.hdel(resources, ...fields) : 0;
        }
        await lasting(random.int(20, 200));
      }
      show(`${deleted} keys deleted`);
    },
  },
];
