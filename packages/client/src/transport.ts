import { type Clock, systemClock } from "@ade/core/kernel/clock";
import { failureOf, isCoded, noAnswer } from "./errors.ts";
import { pause, retryDelayMs } from "./retry.ts";

export type TransportOptions = {
  /** Where ADE answers: `https://ade.example.org`. */
  url: string;
  /** An agent's key, or a person's with the scopes that are needed. Without one the browser's session is used. */
  apiKey?: string;
  /** Instead of the global one: for a proxy, a pool of one's own, or tests. */
  fetch?: typeof globalThis.fetch;
  /** One answer may take so long. */
  timeoutMs?: number;
  /** A call that may be repeated is repeated for so long. */
  patienceMs?: number;
};

/** What stands behind the question mark: lists as repeated fields, what is undefined left out. */
type Query = { readonly [field: string]: Value | readonly Value[] | undefined };
type Value = string | number | boolean;

type Call = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `/api/v1`. */
  path: string;
  query?: Query;
  body?: unknown;
  /** Of a POST: whatever arrives twice under this key is done once. */
  idempotencyKey?: string;
  /** Ends the call, with its reason. */
  signal?: AbortSignal | undefined;
  /** The signal ends only the repeating: a try that is under way is waited for, so that its outcome is known. */
  finishes?: boolean;
  /** The server may hold the answer back for so long. */
  heldOpenMs?: number;
  patienceMs?: number;
  /** After a try whose outcome nobody knows, NOT_FOUND says that it did what was asked. */
  mayBeDone?: boolean;
};

export type Answer<T> = {
  body: T;
  headers: Headers | undefined;
  /** Monotonic time at which the first try went out. */
  sent_at_ms: number;
};

export type Transport = {
  /** One call; only such as may be repeated. @throws ApiError; the reason of the signal */
  send<T>(call: Call): Promise<Answer<T>>;
  /** The body of an answer that goes on, tried once. @throws ApiError */
  stream(
    call: Pick<Call, "path" | "query"> & { accept: string; signal: AbortSignal },
  ): Promise<AsyncIterable<Uint8Array>>;
  readonly clock: Clock;
};

const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 30_000;

/** Calls of the REST API, each repeated with backoff while that may help and its patience lasts. */
export function createTransport(options: TransportOptions): Transport {
  const { timeoutMs = TIMEOUT_MS, patienceMs = PATIENCE_MS, fetch = globalThis.fetch } = options;
  const base = `${options.url.replace(/\/+$/, "")}/api/v1`;
  const clock = systemClock;

  async function once<T>(call: Call): Promise<Omit<Answer<T>, "sent_at_ms">> {
    const ends = [AbortSignal.timeout(timeoutMs + (call.heldOpenMs ?? 0))];
    if (call.signal && !call.finishes) ends.push(call.signal);
    const { status, headers, text } = await fetch(base + call.path + queryOf(call.query), {
      method: call.method,
      headers: {
        ...headersOf(options.apiKey),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...(call.idempotencyKey ? { "idempotency-key": call.idempotencyKey } : {}),
      },
      signal: AbortSignal.any(ends),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
      .then(async (response) => ({
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      }))
      .catch((cause: unknown) => {
        if (!call.finishes) call.signal?.throwIfAborted();
        throw noAnswer(cause);
      });
    const body = status >= 200 && status < 300 ? bodyOf(text) : undefined;
    if (!body) throw failureOf({ status, headers, text });
    return { body: body.value as T, headers };
  }

  return {
    clock,
    async stream({ path, query, accept, signal }) {
      // Nobody knows how long the body takes; the answer's head has its time like any other.
      const slow = new AbortController();
      const timer = setTimeout(() => slow.abort(new Error("The server took too long.")), timeoutMs);
      const response = await fetch(base + path + queryOf(query), {
        headers: headersOf(options.apiKey, accept),
        signal: AbortSignal.any([signal, slow.signal]),
      })
        .catch((cause: unknown) => {
          signal.throwIfAborted();
          throw noAnswer(cause);
        })
        .finally(() => clearTimeout(timer));
      const { status, headers, body } = response;
      const isWanted = headers.get("content-type")?.startsWith(accept);
      if (response.ok && isWanted && body) return chunksOf(body, signal);
      throw failureOf({ status, headers, text: await response.text().catch(() => "") });
    },
    async send<T>(call: Call): Promise<Answer<T>> {
      call.signal?.throwIfAborted();
      const sent_at_ms = clock.monotonicMs();
      const untilMs = sent_at_ms + (call.patienceMs ?? patienceMs);
      let isUnknown = false;
      for (let tries = 1; ; tries += 1) {
        try {
          return { ...(await once<T>(call)), sent_at_ms };
        } catch (error) {
          if (isUnknown && call.mayBeDone && isCoded(error, "NOT_FOUND")) {
            return { body: undefined as T, headers: undefined, sent_at_ms };
          }
          isUnknown ||= isCoded(error, "NO_ANSWER");
          const delayMs = retryDelayMs(error, tries, Math.random);
          if (delayMs === null || clock.monotonicMs() + delayMs > untilMs) throw error;
          await pause(delayMs, call.signal);
          call.signal?.throwIfAborted();
        }
      }
    },
  };
}

function queryOf(query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  );
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : "";
}

function headersOf(apiKey: string | undefined, accept = "application/json"): Record<string, string> {
  return { accept, ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
}

function bodyOf(text: string): { value: unknown } | null {
  if (text === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Browsers' streams cannot be iterated everywhere yet. Ends, without a word, when the signal is aborted. */
async function* chunksOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}
