import { setTimeout as delay } from "node:timers/promises";
import type { FaultProxy } from "../fault-proxy.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { ChildMember } from "./child-member.ts";
import type { Member } from "./member.ts";

/** What a fault can reach. */
export type FaultScene = {
  random: SeededRandom;
  server: RedisServer;
  /** One of a member, drawn for this fault. */
  proxy: FaultProxy;
  members: readonly Member[];
  children: ChildMember[];
  /** Another in the place of one that was killed. */
  startChild(): Promise<ChildMember>;
};

export type HistoryFault = {
  /** Redis forgets. */
  loses: boolean;
  /** Grants may go unheard until they have run out. */
  unheard?: boolean;
  run(scene: FaultScene): Promise<void>;
};

/** As long as a fault lasts, drawn: some shorter and some longer than the command timeout of 2 s. */
const lasting = ({ random }: FaultScene, longestMs = 2_600): Promise<void> =>
  delay(random.int(100, longestMs));

/** Does something to a connection, waits, heals it. */
const onLine = (longestMs: number, breakIt: (scene: FaultScene) => void, unheard = true): HistoryFault => ({
  loses: false,
  unheard,
  async run(scene) {
    breakIt(scene);
    await lasting(scene, longestMs);
    await scene.proxy.heal();
  },
});

/** The faults of seeded histories, by name. */
export const HISTORY_FAULTS = {
  latency: onLine(
    800,
    ({ proxy, random }) => proxy.delay({ latency_ms: random.int(1, 15), jitter_ms: 10 }),
    false,
  ),
  reset: onLine(100, ({ proxy }) => proxy.cut()),
  "answers lost": onLine(400, ({ proxy, random }) =>
    proxy.loseAnswers({ count: random.int(1, 5), matching: "evalsha" }),
  ),
  "answers torn": onLine(400, ({ proxy, random }) => proxy.tearAnswers({ count: random.int(1, 5) })),
  "messages doubled": onLine(
    400,
    ({ proxy, random }) => proxy.doubleRequests({ count: random.int(1, 50), matching: "evalsha" }),
    false,
  ),
  "messages doubled late": onLine(
    800,
    ({ proxy, random }) =>
      proxy.doubleRequests({ count: random.int(1, 10), matching: "evalsha", late: true }),
    false,
  ),
  "answers held up": onLine(2_600, ({ proxy }) => proxy.pause("to_client")),
  "requests held up": onLine(2_600, ({ proxy }) => proxy.pause("to_server")),
  "half-open": onLine(2_600, ({ proxy }) => proxy.abandon()),
  "cut off": onLine(1_000, ({ proxy }) => {
    proxy.refuse();
    proxy.cut();
  }),
  "Redis paused": {
    loses: false,
    async run({ server, random }) {
      const ms = random.int(100, 2_600);
      await server.admin.client("PAUSE", ms, "ALL");
      await delay(ms);
    },
  },
  "holder frozen": {
    loses: false,
    async run({ random, members }) {
      random.pick(members).freezeOne();
      await delay(6_500);
    },
  },
  "process paused": {
    loses: false,
    unheard: true,
    async run({ random, children }) {
      if (children.length > 0) await random.pick(children).pauseFor(random.int(500, 6_500));
    },
  },
  "process killed": {
    loses: false,
    async run({ children, startChild }) {
      const killed = children.shift();
      if (!killed) return;
      await killed.kill();
      children.push(await startChild());
    },
  },
  FLUSHALL: {
    loses: true,
    async run({ server }) {
      await server.admin.flushall();
    },
  },
  "Redis killed": {
    loses: true,
    async run({ server }) {
      await server.kill();
      await server.start();
    },
  },
} satisfies Record<string, HistoryFault>;

export type HistoryFaultName = keyof typeof HISTORY_FAULTS;
export const HISTORY_FAULT_NAMES = Object.keys(HISTORY_FAULTS) as HistoryFaultName[];
