/** What a code means: HTTP status, a sentence for people, and what they can do next. */
export type ErrorSpec = { readonly status: number; readonly message: string; readonly next: string };

export type ErrorOptions = {
  /** Replaces the table's sentence where the situation can be told more exactly. */
  message?: string;
  details?: unknown;
  /** Seconds until another try makes sense (sent as Retry-After). */
  retryAfterSeconds?: number;
  cause?: unknown;
};

/** An expected failure: it has a code, a status and a sentence that a person can act on. Anything else is a bug. */
export class CodedError extends Error {
  readonly code: string;
  readonly status: number;
  readonly next: string;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, spec: ErrorSpec, options: ErrorOptions = {}) {
    super(options.message ?? spec.message, { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.status = spec.status;
    this.next = spec.next;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** True for an error of one of the given codes (any code where none is named). */
export function isCoded(error: unknown, ...codes: string[]): error is CodedError {
  return error instanceof CodedError && (codes.length === 0 || codes.includes(error.code));
}

export type ErrorTable = Record<string, ErrorSpec>;
export type ErrorFactories<T extends ErrorTable> = {
  readonly [K in keyof T]: (options?: ErrorOptions) => CodedError;
} & { readonly table: T };

/** Turns a slice's table of codes into functions that make the errors: `throw errors.NOT_FOUND({ message })`. */
export function defineErrors<const T extends ErrorTable>(table: T): ErrorFactories<T> {
  const factories = Object.fromEntries(
    Object.entries(table).map(([code, spec]) => [
      code,
      (options?: ErrorOptions) => new CodedError(code, spec, options),
    ]),
  );
  return { ...factories, table } as ErrorFactories<T>;
}

/** The codes that every slice shares (api.md, "Errors"). */
export const errors = defineErrors({
  VALIDATION_ERROR: {
    status: 400,
    message: "The request is not valid.",
    next: "Correct the fields named in details.",
  },
  UNAUTHENTICATED: {
    status: 401,
    message: "You are not signed in.",
    next: "Sign in, or send an API key as Authorization: Bearer.",
  },
  FORBIDDEN: {
    status: 403,
    message: "You may not do this.",
    next: "Ask an admin for the right, or somebody who has it.",
  },
  NOT_FOUND: { status: 404, message: "There is no such thing.", next: "Check the id." },
  CONFLICT: {
    status: 409,
    message: "Somebody else changed it at the same moment.",
    next: "Read it again and decide anew.",
  },
  PAYLOAD_TOO_LARGE: { status: 413, message: "The request body is too large.", next: "Send less at once." },
  RATE_LIMITED: {
    status: 429,
    message: "Too many requests.",
    next: "Wait for the seconds named in Retry-After.",
  },
  DEPENDENCY_UNAVAILABLE: {
    status: 503,
    message: "A part this needs is not available right now.",
    next: "Try again in a few seconds.",
  },
  INTERNAL: {
    status: 500,
    message: "Something went wrong on our side.",
    next: "Try again; if it stays, report the request id.",
  },
});
