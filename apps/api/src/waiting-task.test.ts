import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let admin: Caller;
let author: Caller;
let reviewer: Caller;
let agent: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  admin = await server.person("admin", ["admin"]);
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
  agent = await server.agent("deploy-bot", admin);
});
afterAll(() => server.close());

const read = async (id: string, part = "") =>
  (await server.call(author, "GET", `/tasks/${id}${part}`)).json();

const touching = (resource: string) => ({
  type: "test.noop",
  description: `Touch ${resource}`,
  resources: [{ type: "service", id: resource, actions: ["execute"] }],
  parameters: {},
});

/** Proposed, reviewed and approved by REST. */
async function approved(resource: string): Promise<string> {
  const config = touching(resource);
  const { id } = (await server.call(author, "POST", "/tasks", { config })).json();
  await server.call(author, "POST", `/tasks/${id}/submit`);
  await expect.poll(async () => (await read(id)).state, { timeout: 10_000 }).toBe("REVIEWING");
  const { approvals } = (await server.call(reviewer, "GET", `/approvals?task_id=${id}`)).json();
  const mine = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === reviewer.id);
  await server.call(reviewer, "POST", `/approvals/${mine.id}/respond`, { action: "approve" });
  return id;
}

test("tasks and agents stand in one queue; each task says its place, and they go in order", async () => {
  const resource = `waits-${randomUUID()}`;
  const resource_id = `service:default/${resource}`;
  const acquire = { resource_type: "resource", resource_id, purpose: "a migration" };
  const held = (await server.call(agent, "POST", "/locks/acquire", acquire)).json();
  const first = await approved(resource);
  const place = async (id: string) => (await read(id, "/locks")).blocked_by;
  await expect
    .poll(() => place(first), { timeout: 10_000 })
    .toMatchObject([{ key: `resource:${resource_id}`, holder: "deploy-bot", queue_position: 1 }]);
  const second = await approved(resource);
  await expect.poll(() => place(second), { timeout: 10_000 }).toMatchObject([{ queue_position: 2 }]);
  const third = await server.call(agent, "POST", "/locks/acquire", { ...acquire, owner_id: "later" });
  expect(third.json()).toMatchObject({ acquired: false, queue_position: 3 });
  await expect
    .poll(async () => (await read(second)).waiting_for?.text, { timeout: 10_000 })
    .toBe(`second in the queue for ${resource_id}, held by deploy-bot (a migration)`);
  expect((await read(second, "/view")).locks).toMatchObject({
    known: true,
    blocked_by: [{ queue_position: 2, holder: "deploy-bot" }],
  });
  const ahead = await server.call(author, "POST", "/simulate", { config: touching(resource) });
  expect(ahead.json().locks).toMatchObject([{ key: resource_id, holder: "deploy-bot" }]);

  await server.call(agent, "POST", "/locks/release", { lock_id: held.id });
  for (const id of [first, second]) {
    await expect.poll(async () => (await read(id)).state, { timeout: 20_000 }).toBe("COMPLETED");
  }
  const ends = await Promise.all([first, second].map(async (id) => (await read(id)).metadata.completed_at));
  expect(ends).toEqual(ends.toSorted());
  const { request_id } = third.json();
  const granted = await server.call(agent, "GET", `/locks/requests/${request_id}?wait_seconds=10`);
  expect(granted.statusCode).toBe(201);
  expect(granted.json().fencing_token).toBeGreaterThan(held.fencing_token);
});
