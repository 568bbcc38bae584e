import type { ErrorEnvelope } from "@ade/api/failure";
import { ApiError, isCoded } from "./errors.ts";
import { pause, retryDelayMs } from "./retry.ts";
import type { AdeEvent } from "./shapes.ts";
import { readSse } from "./sse.ts";
import type { Transport } from "./transport.ts";

export type EventOptions = {
  /** `tasks`, `agents`, `locks`, `system`, `task:{id}`, `user:{id}`, `agent:{id}`, `resource:{type}:{namespace}/{id}`. */
  channels: readonly string[];
  /** Begins after this durable event; now, where it is absent. */
  lastEventId?: string | undefined;
  /** Ends the iteration, quietly. */
  signal?: AbortSignal | undefined;
  /**
   * The stream is open, with `again` after it was cut: no durable event was missed, but live ones (those without an id)
   * may have been, so what they told about is to be read again.
   */
  onOpen?: (state: { again: boolean }) => void;
};

/** The server sends a sign of life every 15 s; without one for so long the line is dead. */
const SILENT_MS = 40_000;

/**
 * Events as they happen, each typed by its name. Connects again by itself while the server is away, and reads on after
 * the last durable event it has seen.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also once a right ends), VALIDATION_ERROR
 */
export async function* followEvents(
  { stream }: Pick<Transport, "stream">,
  { channels, lastEventId, signal, onOpen }: EventOptions,
): AsyncGenerator<AdeEvent> {
  let last = lastEventId;
  let tries = 0;
  for (let opened = 0; !signal?.aborted; ) {
    const line = watchedLine(signal);
    try {
      const query = { channels: [...channels], last_event_id: last };
      const body = await stream({ path: "/events", query, accept: "text/event-stream", signal: line.signal });
      onOpen?.({ again: opened++ > 0 });
      for await (const { id, event, data } of readSse(body, line.heard)) {
        tries = 0;
        if (event === "error") throw ended(JSON.parse(data) as ErrorEnvelope);
        if (data !== "") yield JSON.parse(data) as AdeEvent;
        // Only now: whoever left off at this event, because it failed, gets it again.
        last = id ?? last;
      }
    } catch (error) {
      if (signal?.aborted) return;
      // Aborted lines, resets and proxies are no answers: the next try finds out.
      const isFinal = isCoded(error) && retryDelayMs(error, 1, () => 0) === null && error.status < 500;
      if (isFinal) throw error;
    } finally {
      line.end();
    }
    tries += 1;
    const away = new ApiError("NO_ANSWER", { status: 0, message: "The stream was cut.", next: "" });
    await pause(retryDelayMs(away, tries, Math.random) ?? 0, signal);
  }
}

/** A signal that is aborted by the caller's, and where nothing was heard for too long. */
function watchedLine(outer: AbortSignal | undefined) {
  const dead = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(new Error("Nothing was heard for too long.")), SILENT_MS);
  };
  heard();
  return {
    signal: outer ? AbortSignal.any([outer, dead.signal]) : dead.signal,
    heard,
    end() {
      clearTimeout(timer);
      dead.abort();
    },
  };
}

/** Why the server ended the stream. */
function ended({ error }: ErrorEnvelope): ApiError {
  const { code, message, next = "", details, request_id } = error;
  const status = code === "UNAUTHENTICATED" ? 401 : code === "FORBIDDEN" ? 403 : 503;
  return new ApiError(code, { status, message, next }, { details, requestId: request_id });
}
