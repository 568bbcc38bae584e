import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { type ReachRules, reach, Unreachable } from "./reach.ts";

const TIMEOUT_MS = 10_000;

/** How a message got on: a status where the other side answered, else why it did not, without addresses. */
export type Posted =
  | { readonly status: number; readonly error: null }
  | { readonly status: null; readonly error: string };

/**
 * Posts once, to the address that was checked and no other; follows no redirect, reads no answer beyond its status.
 * Never throws.
 */
export async function post(
  rules: ReachRules,
  url: string,
  message: { body: string; headers: Readonly<Record<string, string>> },
): Promise<Posted> {
  try {
    const target = new URL(url);
    const reached = await reach(target, rules);
    return { status: await send(target, reached, message), error: null };
  } catch (error) {
    return { status: null, error: reasonOf(error) };
  }
}

function send(
  target: URL,
  reached: { address: string; family: 4 | 6 },
  message: { body: string; headers: Readonly<Record<string, string>> },
): Promise<number> {
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      {
        method: "POST",
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          "user-agent": "community-ade",
          ...message.headers,
          "content-length": Buffer.byteLength(message.body),
        },
        // The name was resolved and checked; it is not asked for again.
        lookup: (_host, options, done) => {
          if (options.all) done(null, [reached]);
          else done(null, reached.address, reached.family);
        },
      },
      (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      },
    );
    sent.on("error", reject);
    sent.end(message.body);
  });
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "Nobody listens there.",
  ECONNRESET: "The other side closed the connection.",
  EHOSTUNREACH: "Its host cannot be reached.",
  ENETUNREACH: "Its network cannot be reached.",
  ABORT_ERR: `No answer within ${TIMEOUT_MS / 1000} seconds.`,
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is not trusted.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is not trusted.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate is not trusted.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another name.",
};

/** Node's own messages name addresses; these do not. */
function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return error.message;
  const { code, name } = error as { code?: string; name?: string };
  if (name === "TimeoutError" || name === "AbortError") return REASONS.ABORT_ERR!;
  return (code && REASONS[code]) ?? `It could not be sent${code ? ` (${code})` : ""}.`;
}
