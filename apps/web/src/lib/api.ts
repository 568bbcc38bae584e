import type { AppRouter } from "@ade/api/root";
import type { TRPCClient } from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { heard, unheard } from "./connection.ts";
import { Problem, problemOf } from "./problem.ts";
import { noteServerDate } from "./server-time.ts";

export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

const REQUEST_TIMEOUT_MS = 20_000;
const KEPT_ALIVE_CHARS = 20_000;
type CallOptions = { signal?: AbortSignal };
type Early = Record<string, Promise<Response>>;

/**
 * tRPC's HTTP protocol over plain fetch: what `@trpc/client` does for single calls, without the 6 kB of its links
 * (the inbox's script budget). Throws Problem for anything but a result, and tells the connection what it heard.
 */
async function call(kind: "query" | "mutate", path: string, input: unknown, options: CallOptions) {
  const body = input === undefined ? undefined : JSON.stringify(input);
  const query = kind === "query" && body !== undefined ? `?input=${encodeURIComponent(body)}` : "";
  const url = `/api/trpc/${path}${query}`;
  const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await (takeEarly(url) ??
      fetch(url, {
        signal,
        method: kind === "query" ? "GET" : "POST",
        ...(kind === "mutate" && { body: body ?? "{}", headers: { "content-type": "application/json" } }),
        // What a page sends while it is put away outlives it; browsers take up to 64 kB so.
        keepalive: document.visibilityState === "hidden" && (body?.length ?? 0) < KEPT_ALIVE_CHARS,
      }));
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    unheard();
    throw new Problem({ code: "UNREACHABLE", status: 0, message: "The server does not answer right now." });
  }
  noteServerDate(response.headers.get("date"));
  const answer = (await response.json().catch(() => null)) as { result?: { data?: unknown } } | null;
  if (response.ok && answer?.result) {
    heard();
    return answer.result.data;
  }
  if (response.status === 502 || response.status === 503 || response.status === 504) unheard();
  else heard();
  throw problemOf(response, answer);
}

/** A request that the page's first script sent before this one was loaded (pages/_document.tsx). */
function takeEarly(url: string): Promise<Response> | undefined {
  const early = (globalThis as { __early?: Early }).__early;
  const request = early?.[url];
  if (early) delete early[url];
  return request;
}

function node(path: string): unknown {
  return new Proxy(() => {}, {
    get: (_target, key: string) => (key === "then" ? undefined : node(path ? `${path}.${key}` : key)),
    apply: (_target, _self, [input, options]: [unknown, CallOptions | undefined]) => {
      const dot = path.lastIndexOf(".");
      return call(path.slice(dot + 1) as "query" | "mutate", path.slice(0, dot), input, options ?? {});
    },
  });
}

/** The API, typed by its router: `api.tasks.get.query({ id })`, `api.approvals.respond.mutate({...})`. */
export const api = node("") as TRPCClient<AppRouter>;
