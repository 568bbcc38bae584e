import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { executorErrors } from "./errors.ts";
import type { Json } from "./port.ts";

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export type SecretBox = {
  /** Tells keys apart without saying anything about them: what was sealed under another one cannot be opened. */
  readonly key_id: string;
  /** Version byte, nonce, tag and ciphertext. `context` (a row's id) must be said again to open it. */
  seal(value: Json, context: string): Uint8Array<ArrayBuffer>;
  /** Throws SEALED_DATA_UNREADABLE for another secret, purpose or context, and for changed bytes. */
  open(sealed: Uint8Array, context: string): Json;
};

/**
 * AES-256-GCM under a key derived from `secret` (ADE_SECRET) by HKDF-SHA256 (RFC 5869).
 * Each `purpose` has a key of its own, so what was sealed for one can't be opened as another.
 */
export function createSecretBox(secret: string, purpose: string): SecretBox {
  const key = Buffer.from(hkdfSync("sha256", secret, "community-ade", `secret-box/1/${purpose}`, 32));

  const key_id = Buffer.from(
    hkdfSync("sha256", secret, "community-ade", `secret-box/1/${purpose}/id`, 8),
  ).toString("hex");

  return {
    key_id,
    seal(value, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Uint8Array.from(Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body]));
    },
    open(sealed, context) {
      try {
        const bytes = Buffer.from(sealed);
        if (bytes[0] !== VERSION) throw new RangeError("Unknown version");
        const iv = bytes.subarray(1, 1 + IV_BYTES);
        const tag = bytes.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
        const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(tag);
        const body = bytes.subarray(1 + IV_BYTES + TAG_BYTES);
        return JSON.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8"));
      } catch (cause) {
        throw executorErrors.SEALED_DATA_UNREADABLE({ cause });
      }
    },
  };
}
