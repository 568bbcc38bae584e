import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCore, type TestCore } from "@ade/testkit/make-core";
import pino from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { taskConfig } from "../executors/schema.ts";
import { type Actor, systemActor } from "../kernel/actor.ts";
import { systemClock } from "../kernel/clock.ts";
import { randomIds } from "../kernel/ids.ts";
import { createDemoService } from "./service.ts";

const root = mkdtempSync(join(tmpdir(), "ade-demo-"));
let core: TestCore;
let person: Actor;
beforeAll(async () => {
  core = await makeCore({ fileRoots: { demo: root } });
  person = await core.person(["author"]);
  await core.connections.prisma.setting.create({ data: { key: "demo", value: true } });
  const mia = { email: "mia@demo.local", name: "Mia", roles: ["author" as const] };
  await core.identity.users.create(systemActor("tests"), mia);
});
afterAll(async () => {
  await core.dispose();
  rmSync(root, { recursive: true });
});

test("who stops it before a worker took it is named by the ledger", async () => {
  const { run } = await core.demo.start(person);
  await core.demo.stop(person);
  const ended = await core.connections.prisma.ledger_entry.findMany({
    where: { entity_id: run!.agent_id, action: "demo_agent.ended" },
  });
  expect(ended).toMatchObject([{ actor_id: person.id, actor_kind: "user" }]);
});

test("a worker that dies while it closes a lost run leaves it to the next one, not its tasks open", async () => {
  await core.demo.start(person);
  const taken = (await core.demo.take("worker:lost"))!;
  const { where } = person;
  const self = await core.identity.resolveActor({ authorization: `Bearer ${taken.key}`, where });
  const config = taskConfig.parse({
    ...{ type: "configuration.file", description: "Left behind" },
    resources: [{ type: "service", id: "left", namespace: "demo-lab", actions: ["write"] }],
    parameters: { root: "demo", path: "left.txt", content: "x" },
  });
  const { id } = await core.gate.propose(self!, { config, metadata: { tags: [] } });
  await core.connections.pool.query(
    "UPDATE demo_agent_run SET seen_at = now() - interval '31 seconds' WHERE state <> 'ended'",
  );
  const cancel = vi.fn(() => new Promise<never>(() => undefined));
  const dying = createDemoService({
    ...core,
    ...core.connections,
    ...{ clock: systemClock, ids: randomIds, log: pino({ level: "silent" }), gate: { cancel } },
  });
  void dying.take("worker:dying");
  await vi.waitFor(() => expect(cancel).toHaveBeenCalled());
  expect(await core.identity.resolveActor({ authorization: `Bearer ${taken.key}`, where })).toBe(null);
  await core.demo.take("worker:next");
  expect((await core.demo.read()).run?.state).toBe("ended");
  expect((await core.tasks.get(person, id)).state).toBe("CANCELLED");
});
