import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Caller, makeServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let author: Caller;
let reviewer: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  author = await server.person("author", ["author"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
});
afterAll(() => server.close());

const fileTask = (path: string, content: string) => ({
  config: {
    type: "configuration.file",
    description: `Write ${path}`,
    resources: [{ type: "configuration", id: `files/${path}`, actions: ["write"] }],
    parameters: { root: "files", path, content },
  },
  metadata: { tags: ["journey"], ticket_ref: "OPS-1" },
});

const taskState = async (id: string) => (await server.call(author, "GET", `/tasks/${id}`)).json();

test("a file is proposed, reviewed and written, by REST alone, and the ledger tells it", async () => {
  const created = await server.call(author, "POST", "/tasks", fileTask("motd", "hello\n"));
  expect(created.statusCode).toBe(201);
  const { id } = created.json();

  const submitted = await server.call(author, "POST", `/tasks/${id}/submit`);
  expect(submitted.statusCode).toBe(202);
  await expect.poll(async () => (await taskState(id)).state, { timeout: 10_000 }).toBe("REVIEWING");
  const reviewing = await taskState(id);
  expect(reviewing.risk.score).toBeGreaterThanOrEqual(0);
  expect(reviewing.preview.changes[0].diff).toContain("+hello");

  const asked = await server.call(reviewer, "GET", `/approvals?task_id=${id}`);
  const approval = asked
    .json()
    .approvals.find((each: { reviewer_id: string }) => each.reviewer_id === reviewer.id);
  const own = await server.call(author, "POST", `/approvals/${approval.id}/respond`, { action: "approve" });
  expect(own.statusCode).toBe(403);
  const responded = await server.call(reviewer, "POST", `/approvals/${approval.id}/respond`, {
    action: "approve",
  });
  expect(responded.statusCode).toBe(200);
  expect(responded.json()).toMatchObject({ success: true, approval_id: approval.id, task_id: id });

  await expect.poll(async () => (await taskState(id)).state, { timeout: 10_000 }).toBe("COMPLETED");
  expect((await taskState(id)).execution.result).toBe("success");
  expect(await readFile(join(server.core.filesDir, "motd"), "utf8")).toBe("hello\n");

  const audit = await server.call(author, "GET", `/audit?task_id=${id}&sort_order=asc`);
  const moves = audit.json().entries.filter((each: { to_state: string | null }) => each.to_state !== null);
  expect(moves.map((each: { to_state: string }) => each.to_state)).toEqual(
    expect.arrayContaining(["DRAFT", "SUBMITTED", "REVIEWING", "APPROVED", "APPLYING", "COMPLETED"]),
  );
  for (const part of ["/view", "/preview", "/locks", "/revisions", "/attempts", "/comments"]) {
    expect((await server.call(author, "GET", `/tasks/${id}${part}`)).statusCode).toBe(200);
  }
  expect((await server.call(reviewer, "GET", "/inbox?section=decided")).statusCode).toBe(200);
  expect((await server.call(author, "GET", "/audit/verify")).json()).toMatchObject({ ok: true });
  const late = await server.call(author, "POST", `/tasks/${id}/cancel`, {});
  expect(late.statusCode).toBe(409);
  expect(late.json().error.details.allowed_actions).toBeInstanceOf(Array);
});

test("a dry run is 200 and stores nothing; unknown types and paths that leave are refused", async () => {
  const dry = await server.call(author, "POST", "/tasks", { ...fileTask("dry", "x"), dry_run: true });
  expect(dry.statusCode).toBe(200);
  expect(dry.json().preview.valid).toBe(true);
  const list = await server.call(author, "GET", "/tasks?search=Write%20dry");
  expect(list.json().pagination.total).toBe(0);

  const { config } = fileTask("x", "x");
  const unknown = await server.call(author, "POST", "/tasks", {
    config: { ...config, type: "nobody.handles" },
  });
  expect(unknown.statusCode).toBe(400);
  expect(JSON.stringify(unknown.json().error.details)).toContain("configuration.file");
  for (const path of ["../outside", "/etc/passwd", "a/../../b"]) {
    const refused = await server.call(author, "POST", "/tasks", {
      config: { ...config, parameters: { root: "files", path, content: "x" } },
    });
    expect(refused.statusCode).toBe(400);
  }
});

test("locks by key: held, refused to others, extended, given back; listed for admins", async () => {
  const admin = await server.person("admin", ["admin"]);
  const robot = await server.agent("robot", admin);
  const other = await server.agent("other", admin);
  const name = { resource_type: "resource", resource_id: "database:prod/main" };
  const held = await server.call(robot, "POST", "/locks/acquire", { ...name, purpose: "migrate" });
  expect(held.statusCode).toBe(201);
  const { id: lock_id, fencing_token } = held.json();
  expect(fencing_token).toBeGreaterThan(0);
  const refused = await server.call(other, "POST", "/locks/acquire", { ...name, wait_for_available: false });
  expect(refused.statusCode).toBe(423);
  expect((await server.call(robot, "POST", "/locks/acquire", name)).json().error.code).toBe("ALREADY_HELD");
  expect((await server.call(other, "POST", "/locks/heartbeat", { lock_id })).statusCode).toBe(403);
  expect(
    (await server.call(robot, "POST", "/locks/heartbeat", { lock_ids: [lock_id] })).json().locks[0].ok,
  ).toBe(true);
  expect((await server.call(admin, "GET", "/locks")).json().locks).toHaveLength(1);
  expect(
    (await server.call(robot, "POST", "/locks/release", { lock_id, force: true, reason: "x" })).statusCode,
  ).toBe(403);
  const released = await server.call(robot, "POST", "/locks/release", { lock_id });
  expect(released.statusCode).toBe(204);
  expect((await server.call(robot, "POST", "/locks/release", { lock_id })).statusCode).toBe(404);
});
