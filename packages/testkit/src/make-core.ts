import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RespondInput } from "@ade/core/approvals/schema";
import { closeConnections, openConnections } from "@ade/core/connect";
import { type Core, createCore } from "@ade/core/core";
import type { CoreOptions, CoreSettings } from "@ade/core/core-options";
import { type TaskConfig, taskConfig } from "@ade/core/executors/schema";
import type { Executor } from "@ade/core/executors/service";
import { type Actor, type Role, systemActor } from "@ade/core/kernel/actor";
import type { Clock } from "@ade/core/kernel/clock";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import type { SecretEnvironment } from "@ade/core/secrets/service";
import type { TaskEntry, TaskState } from "@ade/core/tasks/schema";
import pino, { type Logger } from "pino";
import { createDatabase } from "./database.ts";
import { createRedis } from "./redis.ts";

export type TestPeople = { admin: Actor; author: Actor; reviewer: Actor; second: Actor };

export type TestCore = Core & {
  /** New people with their roles, each time others. */
  people(): Promise<TestPeople>;
  /** A person with these roles and groups. */
  person(roles: Role[], groups?: string[]): Promise<Actor>;
  /** A `configuration.file` configuration below the root `files`. */
  fileTask(path: string, content: string | null, over?: Partial<TaskConfig>): TaskConfig;
  /** A `test.noop` configuration on a resource of its own. */
  noopTask(parameters?: Record<string, unknown>, over?: Partial<TaskConfig>): TaskConfig;
  /** A task of this author that stands in review. */
  reviewing(author: Actor, config: TaskConfig): Promise<TaskEntry>;
  /** The same, approved by that reviewer. */
  approved(author: Actor, reviewer: Actor, config: TaskConfig): Promise<TaskEntry>;
  /** Resolves once the task is in one of these states. */
  taskIn(id: string, ...states: TaskState[]): Promise<TaskEntry>;
  /** An approval without undo time. */
  yes(): RespondInput;
  /** Folder of the file root `files`. */
  filesDir: string;
  /** Folder in which `test.noop` counts its effects. */
  sinkDir: string;
  databaseUrl: string;
  redisUrl: string;
  redisPid: number | undefined;
  /** The process-wide secret that it was made with. */
  secret: string;
  /** Begins to take jobs, as a worker process does. */
  startWorker(workerId?: string): Promise<void>;
  /** Ends everything and removes its database and folders. */
  dispose(): Promise<void>;
};

const SECRET = "a secret of the tests, thirty-two characters and more";

/** The whole core on a database and a Redis of its own. Leases are short, so that tests of loss need not wait long. */
export async function makeCore(
  options: {
    clock?: Clock;
    settings?: Partial<CoreSettings>;
    outgoing?: CoreOptions["outgoing"];
    executors?: readonly Executor[];
    secretEnvironment?: SecretEnvironment;
    log?: Logger;
    atApplyStep?: CoreOptions["atApplyStep"];
    sqlConnections?: CoreOptions["sqlConnections"];
    commandsFile?: string;
    /** Roots beside `files`. */
    fileRoots?: CoreOptions["fileRoots"];
  } = {},
): Promise<TestCore> {
  const [database, redis] = await Promise.all([createDatabase(), createRedis()]);
  const folder = mkdtempSync(join(tmpdir(), "ade-core-"));
  const filesDir = mkdtempSync(join(folder, "files-"));
  const sinkDir = mkdtempSync(join(folder, "sink-"));
  const log = options.log ?? pino({ level: process.env.LOG_LEVEL ?? "silent" });
  const connections = await openConnections({
    databaseUrl: database.url,
    redisUrl: redis.url,
    poolSize: 12,
    onError: (error) => log.warn({ err: error }, "a connection has trouble"),
  });
  const core = await createCore({
    connections,
    clock: options.clock ?? systemClock,
    ids: randomIds,
    log,
    secret: SECRET,
    publicUrl: "http://localhost:3000",
    fileRoots: { files: filesDir, ...options.fileRoots },
    testExecutors: { sink: sinkDir, ...(options.executors && { more: options.executors }) },
    ...(options.secretEnvironment ? { secretEnvironment: options.secretEnvironment } : {}),
    commandsFile: options.commandsFile,
    anchorFile: join(folder, "anchors.jsonl"),
    works: true,
    ...(options.outgoing ? { outgoing: options.outgoing } : {}),
    ...(options.atApplyStep ? { atApplyStep: options.atApplyStep } : {}),
    ...(options.sqlConnections ? { sqlConnections: options.sqlConnections } : {}),
    settings: { lock_ttl_seconds: 5, lock_delay_seconds: 0, ...options.settings },
  });
  const builders = createBuilders(core);
  const drain = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    ...core,
    ...builders,
    ...{
      filesDir,
      sinkDir,
      databaseUrl: database.url,
      redisUrl: redis.url,
      redisPid: redis.pid,
      secret: SECRET,
    },
    async startWorker(workerId = "worker:test") {
      await core.takeJobs(async (taskId) => {
        const run = core.applying.run(taskId, { id: workerId, drain: drain.signal });
        running.add(run);
        run.catch(() => undefined).finally(() => running.delete(run));
      });
    },
    async dispose() {
      drain.abort("drained");
      await Promise.allSettled(running);
      await core.close();
      await closeConnections(connections);
      await Promise.all([database.drop(), redis.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

const SETUP: Actor = { ...systemActor("test"), roles: ["admin"] };

function createBuilders(core: Core) {
  let count = 0;
  async function person(roles: Role[], groups: string[] = []): Promise<Actor> {
    count += 1;
    const user = await core.identity.users.create(SETUP, {
      email: `person-${count}-${randomIds.secret(3)}@test.local`.toLowerCase(),
      name: `${roles.join(" and ") || "nobody"} ${count}`,
      roles,
      groups,
    });
    return { ...SETUP, kind: "user", id: user.id, name: user.name, roles, groups, via: "session:test" };
  }
  function fileTask(path: string, content: string | null, over: Partial<TaskConfig> = {}): TaskConfig {
    return taskConfig.parse({
      type: "configuration.file",
      description: `Write ${path}`,
      resources: [
        { type: "configuration", id: `files/${path}`, actions: [content === null ? "delete" : "write"] },
      ],
      parameters: { root: "files", path, content },
      ...over,
    });
  }
  function noopTask(parameters: Record<string, unknown> = {}, over: Partial<TaskConfig> = {}): TaskConfig {
    count += 1;
    return taskConfig.parse({
      type: "test.noop",
      description: `Do nothing, ${count}`,
      resources: [
        { type: "service", id: `noop-${count}-${randomIds.secret(3)}`.toLowerCase(), actions: ["execute"] },
      ],
      parameters,
      ...over,
    });
  }
  /** By events of the task itself, with a look before and after: nothing is slept through. */
  async function taskIn(id: string, ...states: TaskState[]): Promise<TaskEntry> {
    const ended = new AbortController();
    const deadline = AbortSignal.timeout(60_000);
    const signal = AbortSignal.any([ended.signal, deadline]);
    const events = core.ledger.events.subscribe({ channels: [`task:${id}`], signal });
    try {
      const first = events.next();
      for (let next: Promise<unknown> = first; ; next = events.next()) {
        const task = await core.tasks.get(SETUP, id);
        if (states.includes(task.state)) return task;
        deadline.throwIfAborted();
        await next;
      }
    } finally {
      ended.abort();
    }
  }
  async function reviewing(author: Actor, config: TaskConfig): Promise<TaskEntry> {
    const { id } = await core.gate.propose(author, { config, metadata: { tags: [] } });
    const task = await core.gate.submit(author, id, { force: false, skip_preview: false });
    if (task.state !== "SUBMITTED") return task;
    // On a busy machine the plan takes longer than submit waits for it.
    await taskIn(id, "REVIEWING", "APPROVED", "DRAFT");
    return core.tasks.get(author, id);
  }
  const yes = (): RespondInput => ({
    action: "approve",
    options: { apply_immediately: false, undo_seconds: 0 },
  });
  return {
    person,
    fileTask,
    noopTask,
    taskIn,
    reviewing,
    yes,
    people: async () => ({
      admin: await person(["admin"]),
      author: await person(["author"]),
      reviewer: await person(["reviewer"]),
      second: await person(["reviewer"]),
    }),
    async approved(author: Actor, reviewer: Actor, config: TaskConfig): Promise<TaskEntry> {
      const task = await reviewing(author, config);
      const approval = task.approvals.find(({ reviewer_id }) => reviewer_id === reviewer.id);
      if (!approval) throw new Error(`${reviewer.name} is not asked about ${task.id} (${task.state})`);
      await core.gate.respond(reviewer, approval.id, yes());
      return core.tasks.get(SETUP, task.id);
    },
  };
}
