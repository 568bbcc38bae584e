import { createHash, randomBytes } from "node:crypto";
import { v5, v7 } from "uuid";

/** Where identifiers and secrets come from; tests give a seeded one. */
export type Ids = {
  /** A UUIDv7: sorts by time of creation. */
  uuid(): string;
  /** Random text for secrets, base64url; `bytes` of entropy. */
  secret(bytes: number): string;
};

export const randomIds: Ids = {
  uuid: () => v7(),
  secret: (bytes) => randomBytes(bytes).toString("base64url"),
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
