import { join } from "node:path";
import { type Connections, closeConnections, openConnections } from "@ade/core/connect";
import { type Core, createCore } from "@ade/core/core";
import { delegationInput } from "@ade/core/delegations/schema";
import type { Actor } from "@ade/core/kernel/actor";
import { systemActor } from "@ade/core/kernel/actor";
import { systemClock } from "@ade/core/kernel/clock";
import { isCoded } from "@ade/core/kernel/errors";
import { randomIds } from "@ade/core/kernel/ids";
import { createLedger } from "@ade/core/ledger/service";
import pino, { type Logger } from "pino";
import { makeAgents } from "./demo-agents.ts";
import { DEMO_POLICIES, DEMO_RESOURCES } from "./demo-catalogue.ts";
import { DEMO_DELEGATIONS } from "./demo-delegations.ts";
import { writeDemoFiles } from "./demo-files.ts";
import { hasHistory, type PastPolicies, writeHistory } from "./demo-history.ts";
import { DEMO_TASKS, type DemoTask } from "./demo-tasks.ts";
import { DEMO_SHIFTS, DEMO_USERS } from "./demo-users.ts";
import type { PastPeople } from "./past-changes.ts";

export type SeedOptions = { databaseUrl: string; redisUrl: string; secret: string; dataDir: string };

/**
 * Fills an empty installation with the demo, by the same commands as people use: the ledger of it is a real one.
 * Changes nothing where the demo is there already. Answers with the e-mail addresses of those of its people that are
 * there: none is added to what may be used for more than a demo by now.
 */
export async function seed(options: SeedOptions): Promise<{ isNew: boolean; people: string[] }> {
  const log = pino({ level: "error" });
  const connections = await openConnections({
    ...options,
    poolSize: 4,
    onError: (error) => log.error(error),
  });
  try {
    const done = await connections.prisma.setting.findUnique({ where: { key: "demo" } });
    if (done) return { isNew: false, people: await peopleOf(connections) };
    const root = join(options.dataDir, "demo-files");
    await writeDemoFiles(root);
    const within = async <T>(work: (core: Core) => Promise<T>): Promise<T> => {
      const core = await createCore({
        connections,
        clock: systemClock,
        ids: randomIds,
        log,
        secret: options.secret,
        publicUrl: "http://localhost:3000",
        fileRoots: { demo: root },
        testExecutors: false,
        anchorFile: null,
        works: false,
      });
      try {
        const done = await work(core);
        await core.ledger.settle();
        return done;
      } finally {
        await core.close();
      }
    };
    const house = await within(settle);
    // While no core runs: what is long past wakes no job and tells nobody.
    if (!(await hasHistory(connections.pool))) {
      await writeHistory(connections.pool, house.past, house.policies, systemClock.now());
      await sealQuietly(connections, log, options.secret);
    }
    await within((core) => fill(core, house));
    await connections.prisma.setting.create({ data: { key: "demo", value: true } });
    return { isNew: true, people: await peopleOf(connections) };
  } finally {
    await closeConnections(connections);
  }
}

async function peopleOf({ prisma }: Connections): Promise<string[]> {
  const email = { in: DEMO_USERS.map((person) => person.email) };
  return (await prisma.user.findMany({ where: { email }, select: { email: true } })).map(
    (user) => user.email,
  );
}

type House = {
  people: Map<string, Actor>;
  bot: Actor;
  past: PastPeople;
  policies: PastPolicies;
};

/** Seals what was written without waking or telling anybody. */
async function sealQuietly(connections: Connections, log: Logger, secret: string): Promise<void> {
  const ledger = createLedger({
    ...{ ...connections, redis: null, clock: systemClock, ids: randomIds, log, secret },
    ...{ projections: new Map(), onSeal: async () => undefined, anchorFile: null },
  });
  await ledger.settle();
  // The next core begins to tell where the chain is then (core/notifications).
  await connections.prisma.setting.deleteMany({ where: { key: "notifications" } });
}

/** People, catalogue, policies and agents. */
async function settle(core: Core): Promise<House> {
  const setup: Actor = { ...systemActor("demo"), roles: ["admin"] };
  const people = new Map<string, Actor>();
  for (const person of DEMO_USERS) {
    const known = await core.connections.prisma.user.findUnique({ where: { email: person.email } });
    const user = known
      ? await core.identity.users.get(known.id)
      : await core.identity.users.create(setup, withoutManager(person));
    people.set(user.name.split(" ")[0]!.toLowerCase(), {
      ...setup,
      kind: "user",
      id: user.id,
      name: user.name,
      roles: user.roles,
      groups: user.groups,
      via: "process:demo",
    });
  }
  for (const { name, manager } of DEMO_USERS) {
    const manager_id = people.get(manager ?? "")?.id;
    const { id } = people.get(name.split(" ")[0]!.toLowerCase())!;
    if (manager_id) await core.identity.users.update(setup, id, { manager_id });
  }
  await putOnCall(core, setup, people);
  for (const resource of DEMO_RESOURCES) {
    await core.resources.create(setup, resource).catch(unlessCode("RESOURCE_EXISTS"));
  }
  const policies = new Set((await core.policies.list()).map(({ name }) => name));
  for (const policy of DEMO_POLICIES)
    if (!policies.has(policy.name)) await core.policies.create(setup, policy);
  for (const { from, to, ...rest } of DEMO_DELEGATIONS) {
    const owner = people.get(from)!;
    const own = await core.delegations.list(owner, { scope: "mine" });
    const input = delegationInput.parse({ delegate_to: people.get(to)!.id, ...rest });
    if (own.length === 0) await core.delegations.create(owner, input);
  }
  const mia = people.get("mia")!;
  const agent = await makeAgents(core.agents, people.get("ada")!, people);
  const bot: Actor = {
    ...setup,
    kind: "agent",
    id: agent.id,
    name: agent.name,
    roles: [],
    owner_id: agent.owner_id,
  };
  const policyIds = (await core.policies.list()).map(
    ({ name, id, version }) => [name, { id, version }] as const,
  );
  const past = { mia, bot, ravi: people.get("ravi")!, sam: people.get("sam")! };
  return { people, bot, past, policies: new Map(policyIds) };
}

async function fill(core: Core, { people, bot }: House): Promise<void> {
  const mia = people.get("mia")!;
  const tasks = await core.connections.prisma.task.findMany({ select: { description: true } });
  const known = new Set(tasks.map(({ description }) => description));
  for (const task of DEMO_TASKS) {
    if (!known.has(task.config.description)) await take(core, task, task.by === "mia" ? mia : bot, people);
  }
}

function withoutManager({ manager: _later, ...person }: (typeof DEMO_USERS)[number]) {
  return { ...person, groups: [...person.groups] };
}

async function putOnCall(core: Core, setup: Actor, people: ReadonlyMap<string, Actor>): Promise<void> {
  if ((await core.onCall.list({})).shifts.length > 0) return;
  let fromMs = Date.now();
  for (const { name, days, note } of DEMO_SHIFTS) {
    const starts_at = new Date(fromMs).toISOString();
    fromMs += days * 86_400_000;
    const ends_at = new Date(fromMs).toISOString();
    await core.onCall.create(setup, { user_id: people.get(name)!.id, starts_at, ends_at, note });
  }
}

/** A seed that was interrupted goes on where it stopped. */
function unlessCode(code: string) {
  return (error: unknown): void => {
    if (!isCoded(error, code)) throw error;
  };
}

/** Takes one task to where the demo wants it. Planning and applying are done here: no worker runs yet. */
async function take(
  core: Core,
  task: DemoTask,
  author: Actor,
  people: ReadonlyMap<string, Actor>,
): Promise<void> {
  const metadata = { tags: task.tags, ...(task.ticket_ref ? { ticket_ref: task.ticket_ref } : {}) };
  const { id } = await core.gate.propose(author, { config: task.config, metadata });
  const plan = () => core.gate.planTask({ task_id: id }, AbortSignal.timeout(10_000));
  await plan();
  if (task.end === "draft") return;
  const submitted = core.gate.submit(author, id, { force: false, skip_preview: false });
  // The submit waits for a plan; here it is this process that makes it.
  while ((await core.tasks.read(author, id)).state === "DRAFT") await new Promise(setImmediate);
  await plan();
  await submitted;
  if (task.end === "review") return;
  const answers = {
    applied: "approve",
    "half approved": "approve",
    rejected: "reject",
    returned: "request_changes",
  } as const;
  const { approvals } = await core.tasks.read(author, id);
  for (const approval of approvals) {
    const name = approval.reviewer_name.split(" ")[0]!.toLowerCase();
    if (task.end === "half approved" && name !== "ravi") continue;
    await core.gate.respond(people.get(name)!, approval.id, {
      action: answers[task.end],
      ...(task.reason ? { reason: task.reason } : {}),
      options: { apply_immediately: false, undo_seconds: 0 },
    });
  }
  if (task.end === "applied") {
    await core.applying.run(id, { id: "worker:demo", drain: new AbortController().signal });
  }
}
