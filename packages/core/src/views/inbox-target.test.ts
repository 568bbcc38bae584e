import { makeCore, type TestCore } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inboxQuery } from "./schema.ts";

let core: TestCore;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
});
afterAll(() => core.dispose());

test("an agent that a task touches is told by its name; what only looks like one, as it is written", async () => {
  const people = await core.people();
  const { agent } = await core.agents.create(people.admin, {
    ...{ name: "sentinel", connection: { kind: "worker" } },
  } as Parameters<typeof core.agents.create>[1]);
  const on = (id: string) =>
    core.reviewing(
      people.author,
      core.noopTask({}, { resources: [{ type: "agent", id, scope: "namespace", actions: ["write"] }] }),
    );
  const named = await on(agent.id);
  const nobody = await on("0192f0c4-0000-7000-8000-000000000009");
  const odd = await on("not-an-id");
  const { rows } = await core.views.inbox(people.reviewer, inboxQuery.parse({}));
  const targets = new Map(rows.map(({ task_id, target }) => [task_id, target]));
  expect(targets.get(named.id)).toBe("agent:sentinel");
  expect(targets.get(nobody.id)).toBe("agent:default/0192f0c4-0000-7000-8000-000000000009");
  expect(targets.get(odd.id)).toBe("agent:default/not-an-id");
});
