import { runChecks } from "@ade/core/agents/connection/check-run";
import { checkMcp, MCP_CHECKS } from "@ade/core/agents/connection/mcp";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listenForMcp, type McpCaller } from "./mcp-client.ts";
import { type Caller, makeServer, noopTask, type TestServer } from "./test-server.ts";

let server: TestServer;
let door: Awaited<ReturnType<typeof listenForMcp>>;
let admin: Caller;
let reviewer: Caller;
let robot: Caller;
let mcp: McpCaller;
let other: McpCaller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  door = await listenForMcp(server);
  admin = await server.person("admin", ["admin"]);
  reviewer = await server.person("reviewer", ["reviewer"]);
  robot = await server.agent("robot", admin);
  mcp = await door.connect(robot);
  other = await door.connect(await server.agent("other", admin));
});
afterAll(async () => {
  await door?.close();
  await server?.close();
});

async function submitted(): Promise<string> {
  const { id } = await mcp.call("create_task", noopTask());
  await mcp.call("submit_task", { id, requested_reviewers: [reviewer.id] });
  await server.core.taskIn(id, "REVIEWING");
  return id;
}

async function respond(taskId: string, body: object): Promise<void> {
  const { approvals } = (await server.call(reviewer, "GET", `/approvals?task_id=${taskId}`)).json();
  const { id } = approvals.find((each: { reviewer_id: string }) => each.reviewer_id === reviewer.id);
  expect((await server.call(reviewer, "POST", `/approvals/${id}/respond`, body)).statusCode).toBe(200);
}

/** Resolves when a wait has begun to tell that it waits. */
function waiting(caller: McpCaller, input: object) {
  const told = Promise.withResolvers<{ message?: string | undefined }>();
  const answer = caller.call("wait_for_decision", input, {
    onprogress: (progress) => told.resolve(progress),
  });
  answer.catch(() => {});
  return { answer, told: told.promise };
}

describe("the tools", () => {
  test("are listed with schemas, annotations and instructions, none of which approves", async () => {
    const { tools } = await mcp.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      ...["acquire_lock", "create_task", "get_preview", "get_task", "heartbeat_lock", "list_my_approvals"],
      ...["release_lock", "simulate", "submit_task", "wait_for_decision"],
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(tool.outputSchema).toMatchObject({ type: "object", anyOf: expect.any(Array) });
      expect(tool.annotations?.title).toBe(tool.title);
    }
    const readOnly = tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name);
    expect(readOnly.sort()).toEqual([
      ...["get_preview", "get_task", "list_my_approvals", "simulate", "wait_for_decision"],
    ]);
    expect(tools.find(({ name }) => name === "submit_task")?.annotations?.destructiveHint).toBe(true);
    expect(mcp.client.getInstructions()).toContain("You cannot approve anything");
    // Every model reads all of it before every task.
    expect(JSON.stringify(tools).length).toBeLessThan(60_000);
  });

  test("are those that a key may use: one narrowed to reading sees no others, and is refused them", async () => {
    const reader = await door.connect(await server.person("reader", ["author"], ["tasks:read"]));
    const { tools } = await reader.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      ...["get_preview", "get_task", "simulate", "wait_for_decision"],
    ]);
    expect(await reader.refusal("create_task", noopTask())).toMatchObject({ code: "FORBIDDEN" });
  });

  test("take a change from proposal to its end, and tell a waiter the moment it is decided", async () => {
    const simulated = await mcp.call<{ required_approvals: number }>("simulate", noopTask());
    expect(simulated.required_approvals).toBeGreaterThan(0);
    const made = await mcp.call("create_task", noopTask("Do nothing, by MCP"));
    expect(made).toMatchObject({ state: "DRAFT", link: `http://localhost:3000/tasks/${made.id}` });
    expect(made.next).toContain("submit_task");
    const { id } = made;
    await mcp.call("submit_task", { id, requested_reviewers: [reviewer.id] });
    await server.core.taskIn(id, "REVIEWING");
    expect(await mcp.call("get_preview", { id })).toMatchObject({ valid: true });
    expect(await mcp.call("list_my_approvals", { task_id: id })).toMatchObject({
      approvals: [{ reviewer_id: reviewer.id, status: "PENDING" }],
    });

    const pending = await mcp.call("wait_for_decision", { id, wait_seconds: 0 });
    expect(pending).toMatchObject({ id, decision: "pending", link: made.link, state: "REVIEWING" });

    const { answer, told } = waiting(mcp, { id });
    expect((await told).message).toMatch(/waiting/i);
    await respond(id, { action: "approve" });
    expect(await answer).toMatchObject({ id, decision: "approved" });
    expect(await mcp.call("wait_for_decision", { id, until: "end" })).toMatchObject({
      ...{ state: "COMPLETED", decision: "approved", execution: { result: "success" } },
      next: expect.stringContaining("done"),
    });
    expect(await mcp.call("get_task", { id })).toMatchObject({
      ...{ state: "COMPLETED", metadata: { author_id: robot.id, author_kind: "agent" } },
    });
  });

  test("tell a rejection, and changes that are asked for, with the reasons", async () => {
    const rejected = await submitted();
    await respond(rejected, { action: "reject", reason: "Not today." });
    expect(await mcp.call("wait_for_decision", { id: rejected })).toMatchObject({
      ...{ decision: "rejected", answers: [{ status: "REJECTED", reason: "Not today." }] },
    });
    const returned = await submitted();
    await respond(returned, { action: "request_changes", reason: "Smaller, please." });
    expect(await mcp.call("wait_for_decision", { id: returned })).toMatchObject({
      ...{ decision: "changes_requested", next: expect.stringContaining("asks for changes") },
    });
  });

  test("answer a dry run and store nothing", async () => {
    const answer = await mcp.call("create_task", { ...noopTask(), dry_run: true });
    expect(answer).toMatchObject({ preview: { valid: true }, requirements: expect.any(Array) });
    expect(answer.id).toBeUndefined();
  });
});

describe("locks", () => {
  let names = 0;
  const key = () => ({ resource_type: "resource", resource_id: `service:default/mcp-${names++}` });

  test("are taken, kept, waited for in turn and given back", async () => {
    const wanted = key();
    const held = await mcp.call<{ id: string; fencing_token: number }>("acquire_lock", wanted);
    expect(await mcp.call("heartbeat_lock", { lock_id: held.id, ttl_extension_seconds: 60 })).toMatchObject({
      ...{ id: held.id, fencing_token: held.fencing_token },
    });
    const queued = Promise.withResolvers<void>();
    const next = other.call<{ acquired: boolean; fencing_token: number }>("acquire_lock", wanted, {
      onprogress: ({ message }) => {
        expect(message).toContain("Place 1 in the queue");
        queued.resolve();
      },
    });
    await queued.promise;
    expect(await other.refusal("release_lock", { lock_id: held.id })).toMatchObject({ code: "FORBIDDEN" });
    expect(await other.refusal("heartbeat_lock", { lock_id: held.id })).toMatchObject({ code: "FORBIDDEN" });
    expect(await mcp.call("release_lock", { lock_id: held.id })).toMatchObject({ released: true });
    const got = await next;
    expect(got.acquired).toBe(true);
    expect(got.fencing_token).toBeGreaterThan(held.fencing_token);
    expect(await mcp.refusal("heartbeat_lock", { lock_id: held.id })).toMatchObject({ code: "NOT_FOUND" });
  });

  test("are not queued for by whoever gave up waiting", async () => {
    const wanted = key();
    const held = await mcp.call<{ id: string }>("acquire_lock", wanted);
    const queueOf = async () =>
      (await server.call(admin, "GET", `/locks/${held.id}`)).json().queue_length as number;
    const left = await door.connect(await server.agent("leaver", admin));
    left.call("acquire_lock", wanted).catch(() => {});
    await vi.waitFor(async () => expect(await queueOf()).toBe(1), { timeout: 10_000 });
    await left.client.close();
    await vi.waitFor(async () => expect(await queueOf()).toBe(0), { timeout: 10_000 });

    const patient = await server.agent("patient", admin);
    const { request_id } = (await server.call(patient, "POST", "/locks/acquire", wanted)).json();
    expect(await other.refusal("release_lock", { lock_id: request_id })).toMatchObject({ code: "NOT_FOUND" });
    expect(await queueOf()).toBe(1);
    await (await door.connect(patient)).call("release_lock", { lock_id: request_id });
    expect(await queueOf()).toBe(0);
    await mcp.call("release_lock", { lock_id: held.id });
  });
});

describe("resources", () => {
  const texts = async (caller: McpCaller, uri: string) => {
    const { contents } = await caller.client.readResource({ uri });
    return JSON.parse((contents[0] as { text: string }).text);
  };

  test("are the tasks that a caller may read, and the types that it may propose", async () => {
    const id = await submitted();
    const { resources } = await mcp.client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(["ade://task-types", `ade://tasks/${id}`]),
    );
    const theirs = await other.client.listResources();
    expect(theirs.resources.map(({ uri }) => uri)).toEqual(["ade://task-types"]);
    expect(await texts(mcp, `ade://tasks/${id}`)).toMatchObject({ id, state: "REVIEWING" });
    expect(await texts(mcp, `ade://tasks/${id}/preview`)).toMatchObject({ valid: true });
    expect(await texts(mcp, `ade://tasks/${id}/locks`)).toMatchObject({ held: [] });
    expect((await texts(mcp, "ade://task-types")).executors[0]).toMatchObject({ type: expect.any(String) });
    for (const uri of [`ade://tasks/${id}`, `ade://tasks/${id}/locks`]) {
      await expect(other.client.readResource({ uri })).rejects.toMatchObject({
        data: { code: expect.stringMatching(/FORBIDDEN|NOT_FOUND/) },
      });
    }
    await expect(mcp.client.readResource({ uri: "ade://users/1" })).rejects.toMatchObject({ code: -32_002 });
    await expect(mcp.client.readResource({ uri: "ade://tasks/nobody" })).rejects.toMatchObject({
      data: { code: "VALIDATION_ERROR" },
    });
    await expect(mcp.client.listResources({ cursor: "elsewhere" })).rejects.toMatchObject({ code: -32_602 });
  });

  test("hold locks for those who may list them", async () => {
    const held = await mcp.call<{ id: string }>("acquire_lock", {
      ...{ resource_type: "resource", resource_id: "service:default/listed" },
    });
    const chief = await door.connect(admin);
    const uris: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const page = await chief.client.listResources(cursor ? { cursor } : {});
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    }
    expect(uris).toContain(`ade://locks/${held.id}`);
    expect(await texts(chief, `ade://locks/${held.id}`)).toMatchObject({ id: held.id, queue_length: 0 });
    const names = async (caller: McpCaller) =>
      (await caller.client.listResourceTemplates()).resourceTemplates.map(({ name }) => name);
    expect(await names(chief)).toContain("lock");
    expect(await names(mcp)).not.toContain("lock");
    await expect(mcp.client.readResource({ uri: `ade://locks/${held.id}` })).rejects.toMatchObject({
      data: { code: "FORBIDDEN" },
    });
  });
});

describe("what is wrong", () => {
  test("has the code, the sentence and the details of the same REST call", async () => {
    for (const body of [{}, { config: 7 }, { config: { type: "" }, more: 1 }, noopTask("")]) {
      const rest = (await server.call(robot, "POST", "/tasks", body)).json().error;
      const { code, message, next, details } = await mcp.refusal("create_task", body);
      expect({ code, message, next, details }).toEqual({
        ...{ code: rest.code, message: rest.message, next: rest.next, details: rest.details },
      });
    }
    const type = { config: { ...noopTask().config, type: "nobody.knows" } };
    const rest = (await server.call(robot, "POST", "/tasks", type)).json().error;
    expect(await mcp.refusal("create_task", type)).toMatchObject({ code: rest.code, details: rest.details });
  });

  test("is somebody else's: their tasks are neither read nor sent nor waited for", async () => {
    const { id } = await mcp.call("create_task", noopTask());
    for (const tool of ["get_task", "get_preview", "submit_task", "wait_for_decision"]) {
      expect(await other.refusal(tool, { id })).toMatchObject({
        code: expect.stringMatching(/FORBIDDEN|NOT_FOUND/),
        next: expect.any(String),
      });
    }
    const unknown = { id: crypto.randomUUID() };
    expect(await mcp.refusal("wait_for_decision", unknown)).toMatchObject({ code: "NOT_FOUND" });
  });

  test("is a key that was revoked: in the middle of a wait, and at the next call", async () => {
    const owner = await server.person("owner", ["author"]);
    const body = { name: "short", expires_in_days: 1 };
    const { id: keyId, key } = (await server.call(owner, "POST", "/api-keys", body)).json();
    const short = await door.connect({ ...owner, authorization: `Bearer ${key}` });
    const { id } = await short.call("create_task", noopTask());
    await short.call("submit_task", { id, requested_reviewers: [reviewer.id] });
    await server.core.taskIn(id, "REVIEWING");
    const { answer, told } = waiting(short, { id });
    await told;
    expect((await server.call(owner, "DELETE", `/api-keys/${keyId}`)).statusCode).toBe(204);
    await respond(id, { action: "approve" });
    await expect(answer).rejects.toThrow("UNAUTHENTICATED");
    await expect(short.call("get_task", { id })).rejects.toThrow(/UNAUTHENTICATED/);
  });
});

test("the test of an agent's connection finds the door open for its key, and shut for another's", async () => {
  const tried = (key: string) =>
    runChecks(
      MCP_CHECKS,
      (run) => checkMcp(run, { publicUrl: new URL(door.url).origin, withKey: (use) => use(key) }),
      async () => undefined,
      () => performance.now(),
    );
  const open = await tried(robot.authorization.replace("Bearer ", ""));
  expect(open.map(({ state }) => state)).toEqual(["passed", "passed", "passed"]);
  expect(open[2]?.message).toBe("10 tools");
  const shut = await tried("ade_nobody");
  expect(shut.map(({ state }) => state)).toEqual(["passed", "failed", "skipped"]);
  expect(shut[1]?.message).toMatch(/refused the key \(401\)/);
});
