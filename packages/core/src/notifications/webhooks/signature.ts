import { createHmac } from "node:crypto";

const PREFIX = "whsec_";

/** A new signing secret from random bytes, as Standard Webhooks writes it. */
export function secretOf(bytes: string): string {
  return PREFIX + Buffer.from(bytes, "base64url").toString("base64");
}

/**
 * Headers of a signed message (Standard Webhooks 1.0.0): the signature covers id, time and body, so none of the three
 * can be changed, and an old message can be told by its time. `seconds` is Unix time.
 */
export function signedHeaders(
  secret: string,
  message: { id: string; seconds: number; body: string },
): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  const { id, seconds, body } = message;
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}
