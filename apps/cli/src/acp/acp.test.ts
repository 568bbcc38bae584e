import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import type { TaskEntry } from "@ade/client";
import { type AnyMessage, client, ndJsonStream } from "@agentclientprotocol/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runAde } from "../run-ade.ts";

/** The example agent of the official SDK, one version older than ours, unchanged. */
const EXAMPLE = join(dirname(createRequire(import.meta.url).resolve("acp-sdk-v1")), "examples/agent.js");
const SCRIPTED = join(import.meta.dirname, "scripted-agent.mjs");

let server: TestServer;
let url: string;
let owner: Caller;
let agent: Caller;
beforeAll(async () => {
  server = await makeServer();
  await server.core.startWorker();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  owner = await server.person("olive", ["admin", "author"]);
  await server.person("rex", ["reviewer"]);
  agent = await server.agent("coder", owner);
});
afterAll(() => server.close());

type Editor = Awaited<ReturnType<typeof openEditor>>;
const opened: { child: ChildProcess }[] = [];
afterAll(async () => {
  for (const { child } of opened) child.kill("SIGKILL");
});

/** An editor that started `ade acp -- node <agent>` and has said hello. */
async function openEditor(script: string, { flags = [] as string[], at = url, env = {} } = {}) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../main.ts"), "--url", at, "acp", ...flags, "--", process.execPath, script],
    { env: { PATH: process.env.PATH, ADE_API_KEY: agent.authorization.slice("Bearer ".length), ...env } },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined);
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once("exit", (code) => resolve({ code, stderr }));
  });
  const heard: string[] = [];
  const others: unknown[] = [];
  const app = client({ name: "editor" })
    .onNotification("session/update", ({ params: { update } }) => {
      if (update.sessionUpdate === "agent_message_chunk" && update.content.type === "text")
        heard.push(update.content.text);
    })
    .onNotification(
      "_more/heard",
      (params) => params,
      ({ params }) => void others.push(params),
    )
    .onRequest("session/request_permission", () => {
      throw new Error("The editor must not be asked");
    });
  const stream = ndJsonStream(
    Writable.toWeb(child.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(child.stdout) as unknown as ReadableStream<Uint8Array>,
  );
  const { agent: peer } = app.connect(stream);
  await peer.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
  const editor = {
    child,
    ended,
    heard,
    others,
    peer,
    async session() {
      const { sessionId } = await peer.request("session/new", { cwd: "/home/user/project", mcpServers: [] });
      return {
        sessionId,
        prompt: (text = "go") =>
          peer.request("session/prompt", { sessionId, prompt: [{ type: "text", text }] }),
        cancel: () => peer.notify("session/cancel", { sessionId }),
        /** The tasks of its calls. */
        tasks: async (): Promise<TaskEntry[]> => {
          const { tasks } = (await server.call(agent, "GET", "/tasks?limit=100")).json();
          return tasks.filter((task: TaskEntry) => task.config.parameters.session_id === sessionId);
        },
      };
    },
  };
  opened.push(editor);
  return editor;
}

type Session = Awaited<ReturnType<Editor["session"]>>;
/** Its one call's task, once it is in this state. */
async function taskOf(session: Session, ...states: string[]): Promise<TaskEntry> {
  return expect
    .poll(async () => (await session.tasks()).find(({ state }) => states.includes(state)), {
      timeout: 20_000,
    })
    .toBeDefined()
    .then(async () => (await session.tasks()).find(({ state }) => states.includes(state))!);
}
/** Answers whatever is asked of somebody about a task, as that somebody. */
async function answer(task: TaskEntry, action: "approve" | "reject", reason?: string): Promise<void> {
  const { approvals } = (await server.call(owner, "GET", `/tasks/${task.id}`)).json() as TaskEntry;
  const by = { ...owner };
  const said = await server.call(by, "POST", `/approvals/${approvals[0]!.id}/respond`, {
    action,
    ...(reason ? { reason } : {}),
  });
  expect(said.statusCode).toBe(200);
}

describe("the SDK's own example agent", () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await openEditor(EXAMPLE);
  });

  test("its edit waits for people with what it would do, is let, ends well and says so", {
    timeout: 60_000,
  }, async () => {
    const session = await editor.session();
    const turn = session.prompt();
    const task = await taskOf(session, "REVIEWING");
    expect(task.config.parameters).toMatchObject({
      ...{ kind: "edit", title: "Modifying critical configuration file", protocol: "acp" },
      arguments: { path: "/home/user/project/config.json" },
    });
    expect(task.config.resources.map(({ id }) => id)).toContain("config.json");
    await expect
      .poll(() => editor.heard.join(""))
      .toContain(`Waiting for approval: Modifying critical configuration file. ${url}/tasks/${task.id}`);
    await answer(task, "approve");
    expect(await turn).toMatchObject({ stopReason: "end_turn" });
    expect(editor.heard.join("")).toContain("I've successfully updated the configuration");
    const ended = await taskOf(session, "COMPLETED");
    expect(ended.execution).toMatchObject({ result: "success" });
    expect((await server.call(owner, "GET", `/agents/${agent.id}`)).json().last_heartbeat_at).not.toBeNull();
  });

  test("a refusal is told to the agent and, with its reason, to the editor", {
    timeout: 60_000,
  }, async () => {
    const session = await editor.session();
    const turn = session.prompt();
    await answer(await taskOf(session, "REVIEWING"), "reject", "Not on a Friday.");
    expect(await turn).toMatchObject({ stopReason: "end_turn" });
    expect(editor.heard.join("")).toContain("I understand you prefer not to make that change");
    await expect.poll(() => editor.heard.join("")).toContain("Not on a Friday.");
  });

  test("a cancelled turn leaves nothing pending, here or there", { timeout: 60_000 }, async () => {
    const session = await editor.session();
    const turn = session.prompt();
    const { id } = await taskOf(session, "REVIEWING");
    await session.cancel();
    expect(await turn).toBeDefined();
    expect((await taskOf(session, "CANCELLED")).id).toBe(id);
  });
});

describe("whatever happens in the middle", () => {
  test("what nobody answers in time is a refusal, and its task is cancelled", {
    timeout: 60_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED, { flags: ["--wait", "5"] });
    const session = await editor.session();
    const { _meta } = await session.prompt("once");
    expect(_meta?.answer).toMatchObject({
      outcome: { outcome: "selected", optionId: "2" },
      _meta: { "community-ade": { decision: "refused", reason: "Nobody answered within 5 s." } },
    });
    await taskOf(session, "CANCELLED");
  });

  test("an agent that dies leaves nothing pending, and its exit code is ours", {
    timeout: 60_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED, { env: { DIE_AFTER_MS: "2500" } });
    const session = await editor.session();
    session.prompt("die").catch(() => undefined);
    const { id } = await taskOf(session, "REVIEWING");
    expect(await editor.ended).toMatchObject({ code: 7 });
    expect((await taskOf(session, "CANCELLED")).id).toBe(id);
  });

  test("told to end, it takes the agent and all that waits with it", { timeout: 60_000 }, async () => {
    const editor = await openEditor(EXAMPLE);
    const session = await editor.session();
    session.prompt().catch(() => undefined);
    const task = await taskOf(session, "REVIEWING");
    editor.child.kill("SIGTERM");
    expect(await editor.ended).toBeDefined();
    expect((await taskOf(session, "CANCELLED")).id).toBe(task.id);
  });

  test("an editor that goes takes the agent and all that waits with it", { timeout: 60_000 }, async () => {
    const editor = await openEditor(SCRIPTED);
    const session = await editor.session();
    session.prompt("once").catch(() => undefined);
    await taskOf(session, "REVIEWING");
    editor.child.stdin.destroy();
    await editor.ended;
    await taskOf(session, "CANCELLED");
  });

  test("an editor that reads no more takes the agent and all that waits with it", {
    timeout: 60_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED);
    const session = await editor.session();
    session.prompt("once").catch(() => undefined);
    await taskOf(session, "REVIEWING");
    editor.child.stdout!.destroy();
    editor.child.stdin!.write(`${JSON.stringify({ jsonrpc: "2.0", method: "_more", params: {} })}\n`);
    await editor.ended;
    await taskOf(session, "CANCELLED");
  });

  test("with the server away every call is refused and says why, and the next one is asked once it is back", {
    timeout: 90_000,
  }, async () => {
    let isAway = true;
    const { createServer, request } = await import("node:http");
    const door = createServer((incoming, outgoing) => {
      if (isAway) return void incoming.socket.destroy();
      const onward = request(
        `${url}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers },
        (given) => {
          outgoing.writeHead(given.statusCode!, given.headers);
          given.pipe(outgoing);
        },
      );
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    }).listen(0, "127.0.0.1");
    await once(door, "listening");
    const { port } = door.address() as { port: number };
    const editor = await openEditor(SCRIPTED, { at: `http://127.0.0.1:${port}` });
    const session = await editor.session();
    const refused = await session.prompt("once");
    expect(JSON.stringify(refused._meta)).toContain("Community ADE does not answer");
    isAway = false;
    const turn = session.prompt("once");
    await answer(await taskOf(session, "REVIEWING"), "approve");
    expect((await turn)._meta?.answer).toMatchObject({ outcome: { optionId: "1" } });
    // It never said how that went: the end of its turn is the end of the call.
    expect((await taskOf(session, "COMPLETED")).execution).toMatchObject({ result: "unknown" });
    door.closeAllConnections();
    door.close();
  });

  test("an agent that offers no single yes is never given a lasting one", { timeout: 60_000 }, async () => {
    const editor = await openEditor(SCRIPTED);
    const session = await editor.session();
    const turn = session.prompt("always");
    await answer(await taskOf(session, "REVIEWING"), "approve");
    expect((await turn)._meta?.answer).toMatchObject({ error: { code: -32000 } });
    expect((await taskOf(session, "COMPLETED")).execution).toMatchObject({ result: "cancelled" });
  });

  test("a thousand and more requests at once are all answered, and none is left", {
    timeout: 120_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED);
    const session = await editor.session();
    const turn = session.prompt("storm 1100");
    await taskOf(session, "REVIEWING");
    await session.cancel();
    const { _meta } = await turn;
    // Beyond a thousand the answer is no at once; the others' turn was cancelled.
    expect(_meta?.answer).toEqual({ "1": 0, "2": 100, cancelled: 1000, error: 0 });
    await expect
      .poll(async () => (await session.tasks()).every(({ state }) => state === "CANCELLED"), {
        timeout: 30_000,
      })
      .toBe(true);
  });

  test("a message beyond all measure ends the agent rather than the memory", {
    timeout: 60_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED);
    const session = await editor.session();
    session.prompt("oversize").catch(() => undefined);
    const ended = await editor.ended;
    expect(ended.stderr).toContain("longer than");
  });

  test("methods and notifications that nobody knows pass untouched, both ways", {
    timeout: 60_000,
  }, async () => {
    const editor = await openEditor(SCRIPTED);
    const answered = await editor.peer.request<{ echo: AnyMessage }>("_vendor/thing", {
      deep: [1, { two: "ü" }],
    });
    expect(answered.echo).toMatchObject({ method: "_vendor/thing", params: { deep: [1, { two: "ü" }] } });
    await editor.peer.notify("_more", { a: 1 });
    await expect.poll(() => editor.others).toEqual([{ a: 1 }]);
  });
});

test("a person's key asks nothing in an agent's name", async () => {
  const ended = await runAde(["--url", url, "acp", "--", "true"], {
    env: { ADE_API_KEY: owner.authorization.slice("Bearer ".length) },
  });
  expect(ended).toMatchObject({ code: 4 });
  expect(ended.stderr).toContain("NOT_AN_AGENT");
});
