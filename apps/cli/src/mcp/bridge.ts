import type { Readable, Writable } from "node:stream";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CancelledNotificationSchema,
  InitializeResultSchema,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { mayAskAgain, tellFailure } from "./upstream-failure.ts";

/** So long a call is tried again that cannot have arrived. */
const PATIENCE_MS = 20_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** The server answers every call within a minute; one that is not answered by now never will be. */
const UNANSWERED_MS = 75_000;
/** Server error of JSON-RPC, for what went wrong on the way. */
const NOT_FORWARDED = -32_000;

type BridgeOptions = {
  url: string;
  apiKey: string;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  patienceMs?: number;
};

/**
 * Standard input and output as a door to `/api/mcp`: each request goes there by itself and its answer comes back, also
 * after the server was away. Resolves at the end of input. Nothing but the protocol is written to `stdout`.
 */
export async function bridge(options: BridgeOptions): Promise<void> {
  const { url, apiKey, stdin, stdout, stderr, patienceMs = PATIENCE_MS } = options;
  const endpoint = new URL(`${url}/api/mcp`);
  const requestInit = { headers: { authorization: `Bearer ${apiKey}` } };
  const local = new StdioServerTransport(stdin, stdout);
  const open = new Map<RequestId, AbortController>();
  let protocolVersion: string | undefined;

  /** One try: its own transport, so that its failure is this request's and ending it ends only that. */
  async function ask(request: JSONRPCRequest, signal: AbortSignal): Promise<void> {
    const upstream = new StreamableHTTPClientTransport(endpoint, { requestInit });
    if (protocolVersion) upstream.setProtocolVersion(protocolVersion);
    let end = (): void => undefined;
    const answered = new Promise<void>((resolve, reject) => {
      end = () => reject(signal.reason);
      upstream.onerror = reject;
      upstream.onmessage = (message) => {
        const isAnswer = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
        if (request.method === "initialize" && isJSONRPCResultResponse(message)) {
          protocolVersion = InitializeResultSchema.safeParse(message.result).data?.protocolVersion;
        }
        local.send(message).then(() => isAnswer && resolve(), reject);
      };
    });
    signal.addEventListener("abort", end, { once: true });
    try {
      await upstream.start();
      await Promise.all([upstream.send(request), answered]);
    } finally {
      signal.removeEventListener("abort", end);
      await upstream.close();
    }
  }

  async function forward(request: JSONRPCRequest): Promise<void> {
    const cancelled = new AbortController();
    open.set(request.id, cancelled);
    const signal = AbortSignal.any([cancelled.signal, AbortSignal.timeout(UNANSWERED_MS + patienceMs)]);
    const untilMs = performance.now() + patienceMs;
    let pauseMs = FIRST_PAUSE_MS;
    try {
      for (;;) {
        const failure = await ask(request, signal).then(
          () => null,
          (error: unknown) => ({ error }),
        );
        // Nobody waits any more for what was cancelled, and the protocol wants no answer to it.
        if (!failure || cancelled.signal.aborted) return;
        if (!mayAskAgain(failure.error, request.method) || performance.now() + pauseMs > untilMs) {
          const message = tellFailure(failure.error, url);
          stderr.write(`ade mcp: ${message}\n`);
          const error = { code: NOT_FORWARDED, message };
          return await local.send({ jsonrpc: "2.0", id: request.id, error } as JSONRPCMessage);
        }
        await pause(pauseMs, signal);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    } finally {
      open.delete(request.id);
    }
  }

  local.onmessage = (message) => {
    if (isJSONRPCRequest(message)) {
      forward(message).catch((error: unknown) => stderr.write(`ade mcp: ${String(error)}\n`));
      return;
    }
    // The server keeps no session: of what needs no answer, only the end of a request means something to it.
    const cancel = CancelledNotificationSchema.safeParse(message);
    const { requestId } = cancel.data?.params ?? {};
    if (requestId !== undefined) open.get(requestId)?.abort();
  };
  local.onerror = (error) => stderr.write(`ade mcp: a message was not understood: ${error.message}\n`);
  const ended = new Promise<void>((resolve) => {
    local.onclose = resolve;
    stdin.once("end", resolve);
  });
  await local.start();
  await ended;
  for (const request of open.values()) request.abort();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
