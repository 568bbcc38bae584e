import type { Browser, BrowserContextOptions } from "@playwright/test";
import { newPerson, noopConfig, openCore, requireApprovals } from "../frame/cores.ts";
import { startDashboard, startWorker } from "../frame/product-processes.ts";
import type { Servers } from "../frame/servers.ts";
import { copyTask } from "../look/prepared-tasks.ts";
import { signedIn } from "../look/session.ts";

const PASSWORD = "a password of the benchmarks";
/** Due before all others, so that it belongs at the top. */
const URGENT = 90;

/** A whole installation with a full inbox. */
export type InboxHouse = {
  url: string;
  /** The reviewer's session, for a browser that has kept nothing else. */
  signIn: (browser: Browser) => Promise<BrowserContextOptions["storageState"]>;
  /** Asks the reviewer for one more; answers when that was committed, in milliseconds since 1970. */
  ask: (name: string) => Promise<number>;
  stop: () => Promise<void>;
};

export async function openInboxHouse(servers: Servers, items: number): Promise<InboxHouse> {
  const place = {
    databaseUrl: await servers.newDatabase(),
    redisUrl: await servers.newRedis(),
    dataDir: servers.folder("inbox"),
  };
  const { core, connections, close } = await openCore({ ...place, poolSize: 4 });
  const worker = await startWorker(place);
  const api = await startDashboard({ ...place, poolSize: 16 });
  const [author, reviewer] = [
    await newPerson(core, "Author", ["author"]),
    await newPerson(core, "Reviewer", ["reviewer"], PASSWORD),
  ];
  await requireApprovals(core, 1);

  async function submit(name: string, priority: number): Promise<string> {
    const config = { ...noopConfig(name), priority };
    const { id } = await core.gate.propose(author, { config, metadata: { tags: ["bench"] } });
    await core.gate.submit(author, id, { force: false, skip_preview: false });
    return id;
  }
  await copyTask(place.databaseUrl, await submit("first", 50), items - 1);

  return {
    url: api.url.origin,
    signIn: (browser) =>
      signedIn(browser, api.url.origin, {
        email: `${reviewer.name.toLowerCase()}@bench.local`,
        password: PASSWORD,
      }),
    async ask(name) {
      const id = await submit(name, URGENT);
      const { rows } = await connections.pool.query<{ at: Date }>(
        "SELECT at FROM ledger_entry WHERE task_id = $1 AND action = 'approval.requested'",
        [id],
      );
      return rows[0]!.at.getTime();
    },
    async stop() {
      for (const part of [api, worker]) await part.stop();
      await close();
    },
  };
}
