import type { Client } from "@ade/client";
import type { AnyMessage, JsonRpcId } from "@agentclientprotocol/sdk";
import type { Io } from "../cli.ts";
import { workspaceName } from "../workspace.ts";
import { type AgentProcess, startAgent } from "./agent-process.ts";
import { createCallBook, toolCallOf } from "./call-book.ts";
import { createDesk } from "./desk.ts";
import { startHeartbeats } from "./heartbeats.ts";
import { createLineWriter, type LineWriter, linesOf } from "./lines.ts";
import { createLooseEnds } from "./loose-ends.ts";
import {
  CANCEL,
  CANCEL_REQUEST,
  isRecord,
  isRequest,
  isResponse,
  NEW_SESSION,
  PERMISSION,
  PROMPT,
  permissionOf,
  readLine,
  UPDATE,
  updateOf,
} from "./messages.ts";

export type ProxyOptions = {
  command: readonly [string, ...string[]];
  client: Client;
  /** The agent as the server knows it; null while nobody could be asked. */
  agentId: () => string | null;
  /** The server's address. */
  url: string;
  /** Instead of `<folder>@<host>`. */
  workspace: string | undefined;
  waitSeconds: number;
  /** So long a call that was let may take before its record is closed. */
  callSeconds: number;
  io: Io;
  /** Aborted when we are told to end. */
  signal: AbortSignal;
};

const PATIENCE_MS = 5_000;
const DRAIN_MS = 5_000;
/** What an editor that reads nothing is told no more. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;
const MOST_NOTED = 1_000;
const INVALID = { code: -32602, message: "This request for permission is not valid." };
const NO_BATCHES = { code: -32600, message: "JSON-RPC batches are not supported" };

/**
 * Stands between an editor's streams and an agent's: every line passes as it is, in both directions, but for requests
 * for permission, which the server decides. Answers the agent's exit code. However it ends, nothing stays pending: not
 * at the agent, not at the server, and no process of the agent.
 */
export async function runProxy(options: ProxyOptions): Promise<number> {
  const { io, client } = options;
  const log = (text: string) => void io.stderr.write(`ade acp: ${text}\n`);
  const agent = startAgent(options.command, io.env, log);
  const toAgent = createLineWriter(agent.child.stdin);
  const toEditor = createLineWriter(io.stdout);
  const looseEnds = createLooseEnds(log);
  const desk = createDesk({
    toolCalls: client.toolCalls,
    urlOf: (id) => `${options.url}/tasks/${id}`,
    waitMs: options.waitSeconds * 1000,
    patienceMs: PATIENCE_MS,
    looseEnds,
    answer: (response) => void toAgent.write(JSON.stringify(response)),
    tell: (sessionId, text) => tellEditor(toEditor, sessionId, text),
  });
  const stopHeartbeats = startHeartbeats(client, options.agentId, () => desk.active);
  agent.child.stderr.pipe(io.stderr, { end: false });
  const session = createSessions(options, desk, toAgent, toEditor);

  const failed = (side: string) => (error: unknown) => {
    log(`${side}: ${error instanceof Error ? error.message : error}`);
    return agent.end();
  };
  const fromEditor = relay(io.stdin, session.fromEditor)
    .then(() => toAgent.end())
    .catch(failed("the editor's stream"));
  const fromAgent = relay(agent.child.stdout, session.fromAgent).catch(failed("the agent's stream"));
  const told = new Promise<void>((resolve) => {
    options.signal.addEventListener("abort", () => resolve(), { once: true });
    if (options.signal.aborted) resolve();
  });
  const left = goneWithGrace(fromEditor, io, agent);
  await Promise.race([agent.ended, told, left]);
  // Whoever ends first, what was said last is still passed on.
  await agent.end();
  await Promise.race([fromAgent, pause(1_000)]);
  desk.close(options.signal.aborted ? "ade acp was ended." : "Its agent has ended.");
  await looseEnds.drain(DRAIN_MS);
  stopHeartbeats();
  io.stdin.destroy();
  return agent.ended;
}

/** An editor that has gone leaves its agent a moment to end by itself. */
async function goneWithGrace(fromEditor: Promise<unknown>, io: Io, agent: AgentProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    io.stdout.once("close", resolve);
    io.stdout.once("error", () => resolve());
  });
  await Promise.race([fromEditor, closed]);
  await Promise.race([agent.ended, pause(2_000)]);
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

async function relay(input: Io["stdin"], take: (line: Buffer) => Promise<void>): Promise<void> {
  for await (const line of linesOf(input)) await take(line);
}

/** What both directions know of each other: sessions, turns and calls. */
function createSessions(
  options: ProxyOptions,
  desk: ReturnType<typeof createDesk>,
  toAgent: LineWriter,
  toEditor: LineWriter,
) {
  const book = createCallBook();
  /** By the editor's request id: the session of a turn, the folder of a session that is being made. */
  const turns = createNotes<string>();
  const folders = createNotes<string>();
  const roots = createNotes<string>();

  function workspaceOf(sessionId: string): { name: string; root: string } {
    const root = roots.get(sessionId) ?? process.cwd();
    return { name: options.workspace ?? workspaceName(root), root };
  }

  function noteFromEditor(message: AnyMessage): void {
    if (!("method" in message) || !isRecord(message.params)) return;
    const { sessionId, cwd } = message.params;
    if (isRequest(message) && message.method === PROMPT && typeof sessionId === "string")
      turns.set(idKey(message.id), sessionId);
    if (isRequest(message) && typeof cwd === "string") {
      // A loaded session says its id, a new one is told it.
      if (typeof sessionId === "string") roots.set(sessionId, cwd);
      else if (message.method === NEW_SESSION) folders.set(idKey(message.id), cwd);
    }
  }

  function noteFromAgent(message: AnyMessage): void {
    if ("id" in message && isResponse(message)) noteAnswer(message);
    if (!("method" in message)) return;
    if (message.method === CANCEL_REQUEST && isRecord(message.params))
      desk.cancelRequest(message.params.requestId as JsonRpcId);
    const noted = message.method === UPDATE ? updateOf(message.params) : null;
    if (!noted) return;
    const { sessionId, update } = noted;
    if (update.sessionUpdate !== "tool_call" && update.sessionUpdate !== "tool_call_update") return;
    if (typeof update.toolCallId !== "string") return;
    book.note(sessionId, update);
    if (update.status === "completed" || update.status === "failed")
      desk.callEnded(sessionId, update.toolCallId, update.status);
  }

  function noteAnswer(message: AnyMessage & { id: JsonRpcId }): void {
    const key = idKey(message.id);
    const turn = turns.take(key);
    if (turn !== undefined) desk.turnEnded(turn);
    const folder = folders.take(key);
    const result = "result" in message ? message.result : undefined;
    if (folder !== undefined && isRecord(result) && typeof result.sessionId === "string")
      roots.set(result.sessionId, folder);
  }

  function openCall(id: JsonRpcId, params: unknown): void {
    const request = permissionOf(params);
    if (!request) return void toAgent.write(JSON.stringify({ jsonrpc: "2.0", id, error: INVALID }));
    const call = toolCallOf(request, book.of(request), {
      workspace: workspaceOf(request.sessionId),
      wait_seconds: options.waitSeconds,
      timeout_seconds: options.callSeconds,
    });
    desk.open(id, request, call);
  }

  return {
    async fromEditor(line: Buffer): Promise<void> {
      const message = readLine(line);
      if (message && message !== "batch") noteFromEditor(message);
      await toAgent.write(line);
      const isCancel = message && message !== "batch" && "method" in message && message.method === CANCEL;
      if (isCancel && isRecord(message.params) && typeof message.params.sessionId === "string")
        desk.cancelTurn(message.params.sessionId);
    },
    async fromAgent(line: Buffer): Promise<void> {
      const message = readLine(line);
      // A request in a batch would reach the editor unseen.
      if (message === "batch")
        return toAgent.write(JSON.stringify({ jsonrpc: "2.0", id: null, error: NO_BATCHES }));
      if (message && isRequest(message) && message.method === PERMISSION)
        return openCall(message.id, message.params);
      if (message) noteFromAgent(message);
      await toEditor.write(line);
    },
  };
}

const idKey = (id: JsonRpcId): string => JSON.stringify(id);

/** A map that forgets its oldest. */
function createNotes<T>() {
  const notes = new Map<string, T>();
  return {
    get: (key: string) => notes.get(key),
    set(key: string, value: T): void {
      notes.set(key, value);
      const oldest = notes.keys().next();
      if (notes.size > MOST_NOTED && !oldest.done) notes.delete(oldest.value);
    },
    take(key: string): T | undefined {
      const value = notes.get(key);
      notes.delete(key);
      return value;
    },
  };
}

/** As a message of the agent, which every editor shows; marked, so that one can tell it apart. */
function tellEditor(toEditor: LineWriter, sessionId: string, text: string): void {
  if (toEditor.waitingBytes > MOST_UNREAD_BYTES) return;
  const update = {
    sessionUpdate: "agent_message_chunk",
    content: { type: "text", text: `\n[Community ADE] ${text}\n` },
    _meta: { "community-ade": true },
  };
  void toEditor.write(JSON.stringify({ jsonrpc: "2.0", method: UPDATE, params: { sessionId, update } }));
}
