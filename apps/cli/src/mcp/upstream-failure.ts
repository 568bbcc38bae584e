import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What a connection fails with before anything was sent. */
const NOT_SENT = new Set([
  ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"],
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** A server, or a proxy before it, that asks to come back. */
const COME_BACK = new Set([429, 502, 503, 504]);

/** May this request be sent once more? A tool's only where the first try surely did nothing. Pure. */
export function mayAskAgain(error: unknown, method: string): boolean {
  if (error instanceof StreamableHTTPError) {
    const { code = 0 } = error;
    // Behind these two a proxy may have passed the call on.
    const isUnknown = code === 502 || code === 504;
    return COME_BACK.has(code) && !(isUnknown && method === "tools/call");
  }
  return method !== "tools/call" || NOT_SENT.has(codeOf(error));
}

/** One sentence for whoever reads an agent's log, and what to do. Pure. */
export function tellFailure(error: unknown, url: string): string {
  if (error instanceof StreamableHTTPError) {
    const said = envelopeIn(error.message);
    if (error.code === 401) {
      return `${url} does not take this key (any more). Make a new one on the agent's page and set ADE_API_KEY.`;
    }
    return said ?? `${url} answers with status ${error.code}: is this the address of ADE?`;
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `${url} has not answered. What was asked may have been done: read the task or the lock before you ask again.`;
  }
  const code = codeOf(error);
  if (NOT_SENT.has(code)) {
    return `${url} does not answer (${code}). Nothing was done; ask again when it is back.`;
  }
  return `The connection to ${url} ended before an answer came. What was asked may have been done: read the task or the lock before you ask again.`;
}

function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown; errors?: { code?: unknown }[] } };
  return String(cause?.code ?? cause?.errors?.[0]?.code ?? "");
}

/** Our own envelope, or the protocol's error, in what the transport quotes of an answer. */
function envelopeIn(message: string): string | null {
  try {
    const { error } = JSON.parse(message.slice(message.indexOf("{"))) as {
      error?: { message?: unknown; next?: unknown };
    };
    if (typeof error?.message !== "string") return null;
    return typeof error.next === "string" ? `${error.message} ${error.next}` : error.message;
  } catch {
    return null;
  }
}
