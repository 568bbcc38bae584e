import type { ErrorEnvelope } from "@ade/api/failure";
import { CodedError, type ErrorOptions, type ErrorSpec, isCoded } from "@ade/core/kernel/errors";

export { CodedError, type ErrorOptions, isCoded } from "@ade/core/kernel/errors";

/**
 * A call that failed: `code`, `status`, `message`, `next` (what to do), `details`, `retryAfterSeconds` and the request's
 * id as the server gave them. Codes of the client's own: NO_ANSWER (`status` 0, or what a proxy said) where nobody
 * knows what became of the call, UNEXPECTED_ANSWER where something else than ADE answers at this address.
 */
export class ApiError extends CodedError {
  readonly requestId: string | undefined;

  constructor(
    code: string,
    spec: ErrorSpec,
    options: ErrorOptions & { requestId?: string | undefined } = {},
  ) {
    super(code, spec, options);
    this.name = "ApiError";
    this.requestId = options.requestId;
  }
}

/** True where a lock is gone: the reason of a lock's signal, and what `assertHeld` throws. */
export function isLockLost(error: unknown): error is CodedError {
  return isCoded(error, "LOCK_LOST");
}

/** Nobody knows whether the call arrived. */
export function noAnswer(cause: unknown): ApiError {
  const message = `The server did not answer: ${cause instanceof Error ? cause.message : String(cause)}`;
  const next =
    "Look whether it did what was asked, or ask again with the same acquire_id or Idempotency-Key.";
  return new ApiError("NO_ANSWER", { status: 0, message, next }, { cause });
}

/** The failure in an answer, from the API's one envelope. */
export function failureOf(answer: { status: number; headers: Headers; text: string }): ApiError {
  const { status, headers, text } = answer;
  const retryAfter = retryAfterSeconds(headers.get("retry-after"));
  const options = {
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
    requestId: headers.get("x-request-id") ?? undefined,
  };
  const error = errorIn(text);
  if (error) {
    const { code, message, next = "", details } = error;
    return new ApiError(code, { status, message, next }, { ...options, details });
  }
  const isProxy = status >= 502 && status <= 504;
  const message = `${isProxy ? "A proxy answers" : "Something else than ADE answers"} with status ${status}.`;
  const spec = { status, message, next: "Check the url that the client was given." };
  return new ApiError(isProxy ? "NO_ANSWER" : "UNEXPECTED_ANSWER", spec, options);
}

function errorIn(text: string): ErrorEnvelope["error"] | null {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorEnvelope>;
    return typeof error?.code === "string" && typeof error.message === "string" ? error : null;
  } catch {
    return null;
  }
}

/** Seconds, or the date that HTTP allows as well. */
function retryAfterSeconds(header: string | null, nowMs = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
