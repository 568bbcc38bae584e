import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Reached, Unreachable } from "./reach.ts";

export type Outgoing = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
  /** How much of the answer is read; what is beyond is left and the connection closed. */
  readonly answerLimitBytes: number;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** False where the answer was longer than what was read. */
  readonly isWhole: boolean;
};

/** Why no answer came, without addresses. `wasSent`: the other side may have got the request. */
export class NotAnswered extends Error {
  readonly wasSent: boolean;

  constructor(error: unknown, wasSent: boolean) {
    super(reasonOf(error));
    this.wasSent = wasSent;
  }
}

/**
 * Sends one request to the address that was checked and no other; follows no redirect, reads a bounded answer. Throws
 * NotAnswered, or the reason of the signal.
 */
export function send(target: URL, reached: Reached, outgoing: Outgoing): Promise<Answer> {
  const { method, headers, body, signal, answerLimitBytes } = outgoing;
  signal.throwIfAborted();
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  const length = body === null ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    let wasSent = false;
    const fail = (error: unknown) => reject(signal.aborted ? signal.reason : new NotAnswered(error, wasSent));
    const sent = request(
      target,
      {
        method,
        agent: false,
        signal,
        headers: { "user-agent": "community-ade", ...headers, ...length },
        // The name was resolved and checked; it is not asked for again.
        lookup: (_host, options, done) => {
          if (options.all) done(null, [reached]);
          else done(null, reached.address, reached.family);
        },
      },
      (response) => {
        read(response, answerLimitBytes).then(
          (answer) => resolve({ status: response.statusCode ?? 0, headers: response.headers, ...answer }),
          fail,
        );
      },
    );
    sent.on("socket", (socket) => {
      socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
        wasSent = true;
      });
    });
    sent.on("error", fail);
    sent.end(body ?? undefined);
  });
}

async function read(
  response: IncomingMessage,
  limitBytes: number,
): Promise<Pick<Answer, "body" | "isWhole">> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (limitBytes > 0) {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, limitBytes - bytes));
      bytes += chunk.length;
      if (bytes > limitBytes) break;
    }
  }
  response.destroy();
  return { body: Buffer.concat(chunks), isWhole: bytes <= limitBytes };
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "Nobody listens there.",
  ECONNRESET: "The other side closed the connection.",
  EHOSTUNREACH: "Its host cannot be reached.",
  ENETUNREACH: "Its network cannot be reached.",
  ABORT_ERR: "No answer came in time.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is not trusted.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is not trusted.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate is not trusted.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another name.",
};

/** Node's own messages name addresses; these do not. */
export function reasonOf(error: unknown): string {
  if (error instanceof Unreachable || error instanceof NotAnswered) return error.message;
  const { code, name } = error as { code?: string; name?: string };
  if (name === "TimeoutError" || name === "AbortError") return REASONS.ABORT_ERR!;
  return (code && REASONS[code]) ?? `It could not be sent${code ? ` (${code})` : ""}.`;
}
