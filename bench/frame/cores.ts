import { type Connections, closeConnections, openConnections } from "@ade/core/connect";
import { type Core, createCore } from "@ade/core/core";
import { type TaskConfig, taskConfig } from "@ade/core/executors/schema";
import { type Actor, type Role, systemActor } from "@ade/core/kernel/actor";
import { systemClock } from "@ade/core/kernel/clock";
import { randomIds } from "@ade/core/kernel/ids";
import pino from "pino";

export const SECRET = "a secret of the benchmarks, thirty-two characters and more";

/** A core as the API has one. The pool's size is stated, because the reference gets the same. */
export async function openCore(options: {
  databaseUrl: string;
  redisUrl: string;
  poolSize: number;
}): Promise<{ core: Core; connections: Connections; close: () => Promise<void> }> {
  const log = pino({ level: process.env.LOG_LEVEL ?? "error" });
  const connections = await openConnections({ ...options, onError: (error) => log.warn(error) });
  const core = await createCore({
    connections,
    clock: systemClock,
    ids: randomIds,
    log,
    secret: SECRET,
    publicUrl: "http://localhost:3000",
    fileRoots: {},
    testExecutors: {},
    anchorFile: null,
    works: false,
  });
  return {
    core,
    connections,
    async close() {
      await core.close();
      await closeConnections(connections);
    },
  };
}

const SETUP: Actor = { ...systemActor("bench"), roles: ["admin"] };

/** A new person, who acts as a browser's session does: with an address, which the ledger keeps apart. */
export async function newPerson(core: Core, name: string, roles: Role[], password?: string): Promise<Actor> {
  const user = await core.identity.users.create(SETUP, {
    email: `${name.toLowerCase()}@bench.local`,
    name,
    roles,
    ...(password && { password }),
  });
  const where = { service: "api", request_id: randomIds.uuid(), ip: "127.0.0.1", user_agent: "bench" };
  return { ...SETUP, kind: "user", id: user.id, name, roles, via: `session:${randomIds.uuid()}`, where };
}

/** Every reviewer is asked; so many of them must approve. */
export async function requireApprovals(core: Core, minApprovers: number): Promise<void> {
  await core.policies.create(SETUP, {
    name: `${minApprovers} of all reviewers`,
    min_approvers: minApprovers,
    reject_threshold: 1,
    active: true,
  });
}

/** A change that does nothing, on a resource of its own. */
export function noopConfig(name: string): TaskConfig {
  return taskConfig.parse({
    type: "test.noop",
    description: `Roll out ${name}\n\nA change as people write one, with a second paragraph.`,
    resources: [{ type: "service", id: name, namespace: "bench", actions: ["execute"] }],
  });
}

export const APPROVE = {
  action: "approve",
  options: { apply_immediately: false, undo_seconds: 0 },
} as const;
