import type { TaskEntry } from "@ade/core/tasks/schema";
import { APPROVE, newPerson, noopConfig, openCore } from "../frame/cores.ts";
import { type ProductProcess, startApi, startWorker } from "../frame/product-processes.ts";
import { createRestClient } from "../frame/rest-client.ts";
import type { Servers } from "../frame/servers.ts";

/** A life that takes longer is lost; the sweep brings every lost wake-up back within some seconds. */
const LIFE_LIMIT_MS = 30_000;

/** An installation in which tasks live: `live` takes one from create to COMPLETED. */
export type Lives = {
  databaseUrl: string;
  live: (name: string) => Promise<void>;
  settle: () => Promise<void>;
  stop: () => Promise<void>;
};

type Place = { databaseUrl: string; redisUrl: string; dataDir: string };

async function newPlace(servers: Servers, name: string): Promise<Place> {
  const [databaseUrl, redisUrl] = [await servers.newDatabase(), await servers.newRedis()];
  return { databaseUrl, redisUrl, dataDir: servers.folder(name) };
}

/** The commands of core in this process, which is the API then, and worker processes. */
export async function livesInCore(servers: Servers, connections: number, workers = 1): Promise<Lives> {
  const place = await newPlace(servers, "in-core");
  const { core, close } = await openCore({ ...place, poolSize: connections });
  const started = await startWorkers(servers, place, workers);
  const [author, reviewer] = [
    await newPerson(core, "Author", ["author"]),
    await newPerson(core, "Reviewer", ["reviewer"]),
  ];
  return {
    databaseUrl: place.databaseUrl,
    async live(name) {
      const { id } = await core.gate.propose(author, {
        config: noopConfig(name),
        metadata: { tags: ["bench"] },
      });
      const completed = onceCompleted(id, (done) =>
        core.ledger.events.listen([`task:${id}`], ({ event }) => {
          if (event === "task:completed") done();
        }),
      );
      const task = await core.gate.submit(author, id, { force: false, skip_preview: false });
      await core.gate.respond(reviewer, task.approvals[0]!.id, APPROVE);
      await completed;
    },
    settle: () => core.ledger.settle(),
    async stop() {
      await stopAll(servers, started);
      await close();
    },
  };
}

/** The same by REST, with keys: an API process, worker processes, and one stream of events that tells of the ends. */
export async function livesByRest(
  servers: Servers,
  connections: number,
  clients: number,
  workers = 1,
): Promise<Lives> {
  const place = await newPlace(servers, "by-rest");
  const api = await startApi({ ...place, poolSize: connections });
  servers.pids.add(api.pid);
  // People and keys are made by a core of this process, which then goes: the API is the only one.
  const { core, close } = await openCore({ ...place, poolSize: 2 });
  const author = await newPerson(core, "Author", ["author"]);
  const reviewer = await newPerson(core, "Reviewer", ["reviewer"]);
  const [authorKey, reviewerKey] = await Promise.all(
    [author, reviewer].map(
      async (person) => (await core.identity.apiKeys.create(person, { name: "bench" })).key,
    ),
  );
  await close();
  const started = await startWorkers(servers, place, workers);
  const client = createRestClient(api.url, clients + 1);
  const waiting = new Map<string, () => void>();
  await client.listen(authorKey!, "tasks", (event, { task_id }) => {
    if (event === "task:completed") waiting.get(String(task_id))?.();
  });
  return {
    databaseUrl: place.databaseUrl,
    async live(name) {
      const body = { config: noopConfig(name), metadata: { tags: ["bench"] } };
      const { id } = await client.post<TaskEntry>(authorKey!, "/tasks", body);
      const completed = onceCompleted(id, (done) => {
        waiting.set(id, done);
        return () => waiting.delete(id);
      });
      const task = await client.post<TaskEntry>(authorKey!, `/tasks/${id}/submit`, {});
      await client.post(reviewerKey!, `/approvals/${task.approvals[0]!.id}/respond`, APPROVE);
      await completed;
    },
    settle: async () => undefined,
    async stop() {
      client.close();
      await stopAll(servers, [...started, api]);
    },
  };
}

async function startWorkers(servers: Servers, place: Place, count: number): Promise<ProductProcess[]> {
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(place)));
  for (const { pid } of workers) servers.pids.add(pid);
  return workers;
}

async function stopAll(servers: Servers, processes: readonly ProductProcess[]): Promise<void> {
  for (const { pid, stop } of processes) {
    servers.pids.delete(pid);
    await stop();
  }
}

/** Resolves when `listen` calls back, and then stops listening. */
function onceCompleted(id: string, listen: (done: () => void) => () => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop();
      reject(new Error(`Task ${id} was not completed within ${LIFE_LIMIT_MS / 1000} s.`));
    }, LIFE_LIMIT_MS);
    const stop = listen(() => {
      clearTimeout(late);
      stop();
      resolve();
    });
  });
}
