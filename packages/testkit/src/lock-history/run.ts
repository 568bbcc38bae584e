import { setTimeout as delay } from "node:timers/promises";
import { type FaultProxy, startFaultProxy } from "../fault-proxy.ts";
import type { RedisServer } from "../redis-server.ts";
import { seededRandom } from "../seeded-random.ts";
import { withAdmin } from "../template.ts";
import { type CheckOptions, checkHistory, type Verdict } from "./check.ts";
import { type ChildMember, startChildMember } from "./child-member.ts";
import { HISTORY_FAULT_NAMES, HISTORY_FAULTS, type HistoryFault, type HistoryFaultName } from "./faults.ts";
import { type HistoryEvent, historyClock } from "./history.ts";
import { HISTORY_TTL_SECONDS, type Member, startMember } from "./member.ts";
import { createRecordingSink } from "./sink.ts";

export type HistoryRun = {
  seed: number;
  /** So many calls and writes at least. */
  operations: number;
  server: RedisServer;
  /** A database with the schema; its epoch is this Redis' own. */
  databaseUrl: string;
  /** Services in this process, and in processes of their own. */
  members?: number;
  children?: number;
  clientsEach?: number;
  keys?: number;
  /** Which faults are drawn from, and how many are. */
  faults?: readonly HistoryFaultName[];
  faultCount?: number;
  checksFence?: boolean;
  check?: CheckOptions;
};

export type HistoryOutcome = Verdict & {
  seed: number;
  drawn: HistoryFaultName[];
  seconds: number;
  history: readonly HistoryEvent[];
};

const LOOK_EVERY_MS = 5;

/** Lets clients and faults loose on a real Redis, all drawn from one seed, and judges what came of it. */
export async function runHistory(options: HistoryRun): Promise<HistoryOutcome> {
  const {
    seed,
    operations,
    server,
    databaseUrl,
    members: memberCount = 3,
    children: childCount = 0,
  } = options;
  const { clientsEach = 6, keys: keyCount = 3, faults = HISTORY_FAULT_NAMES, faultCount = 4 } = options;
  const random = seededRandom(seed);
  const keys = Array.from({ length: keyCount }, (_, at) => `database:history-${seed}-${at}`);
  const startedMs = historyClock.monotonicMs();
  const history: HistoryEvent[] = [];
  let count = 0;
  const record = (event: HistoryEvent): void => {
    if (event.type === "invoke" || event.type === "write") count += 1;
    history.push(event);
  };
  const sink = createRecordingSink(record, { checksFence: options.checksFence ?? true });
  const ports = { record, write: async (request: Parameters<typeof sink.write>[0]) => sink.write(request) };

  const proxies: FaultProxy[] = [];
  let started = 0;
  async function memberOptions() {
    const proxy = await startFaultProxy({ target: server.url, seed: random.int(0, 1e9) });
    proxies.push(proxy);
    started += 1;
    const own = { name: `p${started}`, seed: random.int(0, 1e9), redisUrl: proxy.url };
    return { ...own, clients: clientsEach, keys, databaseUrl };
  }
  const members: Member[] = [];
  const children: ChildMember[] = [];
  const startChild = async () => startChildMember(await memberOptions(), ports);
  const drawn: HistoryFaultName[] = [];
  try {
    for (let at = 0; at < memberCount; at += 1) members.push(await startMember(await memberOptions(), ports));
    for (let at = 0; at < childCount; at += 1) children.push(await startChild());
    const dueAt = Array.from({ length: faultCount }, () => random.int(1, operations)).sort((a, b) => a - b);
    for (const due of dueAt) {
      while (count < due) await delay(LOOK_EVERY_MS);
      const name = random.pick(faults);
      drawn.push(name);
      await befall(name, `${name}#${drawn.length}`);
    }
    while (count < operations) await delay(LOOK_EVERY_MS);
  } finally {
    for (const proxy of proxies) await proxy.heal();
    await Promise.all([...members, ...children].map((member) => member.stop()));
    for (const proxy of proxies) await proxy.close();
  }
  const seconds = (historyClock.monotonicMs() - startedMs) / 1000;
  return { seed, drawn, seconds, history, ...checkHistory(history, options.check) };

  async function befall(kind: HistoryFaultName, name: string): Promise<void> {
    const { loses, unheard = false, run }: HistoryFault = HISTORY_FAULTS[kind];
    if (loses) await learnLongestLease(databaseUrl);
    record({ type: "fault", at_ms: historyClock.monotonicMs(), name, loses, unheard });
    await run({ random, server, proxy: random.pick(proxies), members, children, startChild });
    record({ type: "healed", at_ms: historyClock.monotonicMs(), name });
  }
}

/**
 * A new epoch takes 30 s for the longest lease until it knows better, and so long its grace would be. Here nobody ever
 * asks for longer than this.
 */
async function learnLongestLease(databaseUrl: string): Promise<void> {
  await withAdmin(databaseUrl, (client) =>
    client.query("UPDATE lock_epoch SET max_ttl_seconds = $1", [HISTORY_TTL_SECONDS]),
  );
}
