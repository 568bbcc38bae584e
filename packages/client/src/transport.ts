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

type Call = {
  method: "GET" | "POST" | "DELETE";
  /** Below `/api/v1`. */
  path: string;
  query?: Record<string, string>;
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
    const { status, headers, text } = await fetch(base + call.path + queryOf(call), {
      method: call.method,
      headers: headersOf(call, options.apiKey),
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

function queryOf({ query }: Call): string {
  return query ? `?${new URLSearchParams(query)}` : "";
}

function headersOf(call: Call, apiKey: string | undefined): Record<string, string> {
  return {
    accept: "application/json",
    ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    ...(call.idempotencyKey ? { "idempotency-key": call.idempotencyKey } : {}),
  };
}

function bodyOf(text: string): { value: unknown } | null {
  if (text === "") return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
