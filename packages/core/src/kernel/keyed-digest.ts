import { createHmac, hkdfSync } from "node:crypto";

/**
 * HMAC-SHA256 in hex under a key for one purpose, made from the installation's secret by HKDF (RFC 5869): what is kept
 * only to be compared can't be guessed from the database, however little there is to guess.
 */
export function createKeyedDigest(secret: string, purpose: string): (text: string) => string {
  const key = Buffer.from(hkdfSync("sha256", secret, "community-ade", `digest/1/${purpose}`, 32));
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}
