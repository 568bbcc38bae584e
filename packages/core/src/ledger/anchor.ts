import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { canonicalJson } from "../kernel/canonical-json.ts";

/** A signed statement, kept outside the database, that the chain had this head at this time. */
export type Anchor = {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly signature: string;
};

/** ASN.1 prefix of an Ed25519 private key in PKCS #8 (RFC 8410); the 32-byte seed follows. */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The anchoring key of an installation, derived from its secret (HKDF-SHA256, RFC 5869). */
export function anchorKey(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "ade ledger anchor", 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
}

export function signAnchor(key: KeyObject, seq: number, hash: string, at: Date): Anchor {
  const statement = { seq, hash, at: at.toISOString() };
  return {
    ...statement,
    signature: sign(null, Buffer.from(canonicalJson(statement)), key).toString("base64"),
  };
}

export function isGenuine(key: KeyObject, { signature, ...statement }: Anchor): boolean {
  const bytes = Buffer.from(canonicalJson(statement));
  return verify(null, bytes, createPublicKey(key), Buffer.from(signature, "base64"));
}

/** Anchors of the file, oldest first; none where the file is not there yet. Half a line, as a full disk leaves it, is none. */
export async function readAnchors(file: string): Promise<Anchor[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Anchor];
    } catch {
      return [];
    }
  });
}

/** Adds a line, on a line of its own also where the last one was torn. */
export async function writeAnchor(file: string, anchor: Anchor): Promise<void> {
  await using handle = await open(file, "a+", 0o600);
  const { size } = await handle.stat();
  const end = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
  const isTorn = size > 0 && end.buffer.toString() !== "\n";
  await handle.appendFile(`${isTorn ? "\n" : ""}${JSON.stringify(anchor)}\n`);
}
