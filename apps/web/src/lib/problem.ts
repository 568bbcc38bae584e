export type FieldIssue = { field: string; issue: string };

type Facts = {
  code: string;
  status: number;
  message: string;
  next?: string | undefined;
  details?: unknown;
  requestId?: string | undefined;
};

/** What went wrong, as the API's error envelope tells it: the only error that calls of the API throw. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly next: string | undefined;
  readonly details: unknown;
  readonly requestId: string | undefined;

  constructor(facts: Facts) {
    super(facts.message);
    this.name = "Problem";
    this.code = facts.code;
    this.status = facts.status;
    this.next = facts.next;
    this.details = facts.details;
    this.requestId = facts.requestId;
  }

  /** True while the API is away: the data on screen stays and the banner speaks. */
  get isAway(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** Fields that the server refused, where it named them. */
  get issues(): FieldIssue[] {
    return Array.isArray(this.details) ? this.details.filter(isIssue) : [];
  }
}

function isIssue(detail: unknown): detail is FieldIssue {
  return typeof detail === "object" && detail !== null && "field" in detail && "issue" in detail;
}

type Envelope = {
  code?: unknown;
  message?: unknown;
  next?: unknown;
  details?: unknown;
  request_id?: unknown;
};

/** Reads the envelope from a tRPC or REST answer; anything else becomes a problem by its status. */
export function problemOf(response: Response, answer: unknown): Problem {
  const error = (answer as { error?: { data?: { error?: Envelope } & Envelope } & Envelope } | null)?.error;
  const envelope: Envelope = error?.data?.error ?? error?.data ?? error ?? {};
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return new Problem({
    status: response.status,
    code: text(envelope.code) ?? `HTTP_${response.status}`,
    message:
      text(envelope.message) ?? text(error?.message) ?? `The server answered with status ${response.status}.`,
    next: text(envelope.next),
    details: envelope.details,
    requestId: text(envelope.request_id) ?? response.headers.get("x-request-id") ?? undefined,
  });
}

/** Any thrown thing as a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const message = error instanceof Error ? error.message : "Something went wrong in the page.";
  return new Problem({ code: "PAGE_ERROR", status: -1, message });
}
