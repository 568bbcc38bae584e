import { createHash, randomBytes } from "node:crypto";
import { v5, v7 } from "uuid";

/** Where identifiers and secrets come from; tests give a seeded one. */
export type Ids = {
  /** A UUIDv7: sorts by time of creation. */
  uuid(): string;
  /** Random text for secrets, base64url; `bytes` of entropy. */
  secret(bytes: number): string;
  /** Random bytes as hex digits, for what need not sort; cheap. */
  random(bytes: number): string;
};

const POOL_BYTES = 4_096;

/** Draws from a pool: asking for random bytes one by one costs ten times as much. */
function createRandom(): (bytes: number) => string {
  let pool = "";
  let at = 0;
  return (bytes) => {
    if (at + 2 * bytes > pool.length) {
      pool = randomBytes(Math.max(POOL_BYTES, bytes)).toString("hex");
      at = 0;
    }
    at += 2 * bytes;
    return pool.slice(at - 2 * bytes, at);
  };
}

export const randomIds: Ids = {
  uuid: () => v7(),
  secret: (bytes) => randomBytes(bytes).toString("base64url"),
  random: createRandom(),
};

const JOB_NAMESPACE = "0192f0c4-0000-7000-8000-0000000ade00";

/** The same name gives the same id (UUIDv5), so a wake-up asked for twice is inserted once. */
export function deterministicId(name: string): string {
  return v5(name, JOB_NAMESPACE);
}

/** SHA-256 of text, as hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
