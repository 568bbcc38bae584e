import { setTimeout } from "node:timers/promises";
import { Cluster } from "ioredis";
import { type RedisServer, startRedisServer } from "./redis-server.ts";

export type RedisCluster = {
  /** for `openRedis` */
  url: string;
  /** a client of the whole cluster, for the test's own commands */
  admin: Cluster;
  /** Kills, with -9, the master that a key lies on, and resolves once a replica of it has taken over. */
  killMasterOf(key: string): Promise<void>;
  stop(): Promise<void>;
};

const MASTERS = 3;
const SLOTS = 16_384;
const HANDSHAKE_MS = 5_000;

/** A Redis Cluster of a test's own on loopback: three masters, each with a replica, six processes. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: 2 * MASTERS }, () => startRedisServer({ cluster: "member" })),
  );
  const masters = nodes.slice(0, MASTERS);
  await Promise.all(
    masters.map(async ({ admin }, at) => {
      await admin.call("CLUSTER", "SET-CONFIG-EPOCH", String(at + 1));
      const from = Math.floor((at * SLOTS) / MASTERS);
      const to = Math.floor(((at + 1) * SLOTS) / MASTERS) - 1;
      await admin.call("CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    }),
  );
  // A busy machine can let a handshake time out: then they are introduced again.
  for (;;) {
    for (const { port, busPort } of nodes.slice(1)) {
      await nodes[0]!.admin.call("CLUSTER", "MEET", "127.0.0.1", String(port), String(busPort));
    }
    if (await within(HANDSHAKE_MS, () => everyKnows(nodes))) break;
  }
  for (const [at, replica] of nodes.slice(MASTERS).entries()) {
    const id = String(await masters[at]!.admin.call("CLUSTER", "MYID"));
    await replica.admin.call("CLUSTER", "REPLICATE", id);
  }
  await until(nodes.slice(MASTERS), async ({ admin }) =>
    (await admin.info("replication")).includes("master_link_status:up"),
  );
  await until(nodes, async ({ admin }) => (await field(admin, "cluster_state")) === "ok");

  const addresses = nodes.map(({ port }) => ({ host: "127.0.0.1", port }));
  const admin = new Cluster(addresses, { redisOptions: { connectTimeout: 2_000 } });
  admin.on("error", () => {});
  const alive = new Set(nodes);
  return {
    url: `redis+cluster://${addresses.map(({ host, port }) => `${host}:${port}`).join(",")}`,
    admin,
    async killMasterOf(key) {
      const slot = Number(await nodes.find((node) => alive.has(node))!.admin.call("CLUSTER", "KEYSLOT", key));
      const victim = await ownerOf([...alive], slot);
      if (!victim) throw new Error(`No master has slot ${slot}`);
      await victim.kill();
      alive.delete(victim);
      const rest = [...alive];
      await until(rest, async ({ admin: node }) => (await field(node, "cluster_state")) === "ok");
      while (!(await ownerOf(rest, slot))) await setTimeout(100);
    },
    async stop() {
      admin.disconnect();
      await Promise.all(nodes.map((node) => (alive.has(node) ? node.stop() : node.admin.disconnect())));
    },
  };
}

async function field(admin: RedisServer["admin"], name: string): Promise<string | undefined> {
  return new RegExp(`^${name}:(\\S+)`, "m").exec(String(await admin.call("CLUSTER", "INFO")))?.[1];
}

/** The server that is master of a slot, as it says itself. */
async function ownerOf(nodes: readonly RedisServer[], slot: number): Promise<RedisServer | undefined> {
  for (const node of nodes) {
    const mine = String(await node.admin.call("CLUSTER", "NODES"))
      .split("\n")
      .find((line) => line.includes("myself,master"));
    const ranges = mine?.split(" ").slice(8) ?? [];
    const has = ranges.some((range) => {
      const [from, to = from] = range.split("-").map(Number);
      return from! <= slot && slot <= to!;
    });
    if (has) return node;
  }
  return undefined;
}

const everyKnows = (nodes: readonly RedisServer[]): Promise<void> =>
  until(nodes, async ({ admin }) => (await field(admin, "cluster_known_nodes")) === String(nodes.length));

/** Whether it was done in time. */
async function within(ms: number, work: () => Promise<void>): Promise<boolean> {
  return Promise.race([work().then(() => true), setTimeout(ms, false)]);
}

/** Asks again and again: a cluster tells nobody when it has agreed. */
async function until(
  nodes: readonly RedisServer[],
  isSo: (node: RedisServer) => Promise<boolean>,
): Promise<void> {
  for (const node of nodes) while (!(await isSo(node))) await setTimeout(100);
}
