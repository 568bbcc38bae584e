import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";
import { type Anchor, isGenuine } from "./anchor.ts";
import { type ChainedEntry, chainedColumns, GENESIS, linkHash, personalDigest } from "./chain.ts";
import type { VerifyReport } from "./schema.ts";

const BATCH_SIZE = 1000;
type Fault = NonNullable<VerifyReport["fault"]>;

type Link = {
  seq: number;
  entry_id: string;
  prev: string;
  hash: string;
  entry: ChainedEntry | null;
  personal: { salt: string; ip: string | null; user_agent: string | null } | null;
};

/**
 * What is wrong with the next link after `head`, or null. Pure: the whole of what "the chain holds" means.
 * Personal data may be erased (no row), but not changed.
 */
export function checkLink(head: { seq: number; hash: string }, link: Link): Fault | null {
  const at = { seq: link.seq, entry_id: link.entry_id };
  if (link.seq !== head.seq + 1) {
    return {
      kind: "SEQUENCE_GAP",
      ...at,
      message: `After entry ${head.seq} comes ${link.seq}: links are missing.`,
    };
  }
  if (link.entry === null) {
    return { kind: "ENTRY_MISSING", ...at, message: `Entry ${link.seq} was deleted.` };
  }
  if (link.prev !== head.hash) {
    return { kind: "LINK_BROKEN", ...at, message: `Entry ${link.seq} does not follow entry ${head.seq}.` };
  }
  if (linkHash(link.seq, link.prev, link.entry) !== link.hash) {
    return { kind: "ENTRY_CHANGED", ...at, message: `Entry ${link.seq} is not what was sealed.` };
  }
  const { personal } = link;
  if (
    personal &&
    personalDigest(personal.salt, personal.ip, personal.user_agent) !== link.entry.personal_digest
  ) {
    return {
      kind: "PERSONAL_CHANGED",
      ...at,
      message: `The address kept with entry ${link.seq} was changed.`,
    };
  }
  return null;
}

/** Walks the whole chain and compares it with the anchors. Reads only; memory does not grow with the chain. */
export async function verifyChain(options: {
  pool: Pool;
  anchors: readonly Anchor[];
  key: KeyObject;
  now: Date;
}): Promise<VerifyReport> {
  const anchorAt = new Map(options.anchors.map((anchor) => [anchor.seq, anchor]));
  let head = { seq: 0, hash: GENESIS };
  let fault: Fault | null = null;
  while (fault === null) {
    const links = await readLinks(options.pool, head.seq);
    for (const link of links) {
      fault = checkLink(head, link) ?? checkAnchor(options.key, anchorAt.get(link.seq), link);
      if (fault) break;
      head = { seq: link.seq, hash: link.hash };
    }
    if (links.length < BATCH_SIZE) break;
  }
  fault ??= checkTail(head.seq, options.anchors) ?? (await findUnchained(options.pool));
  const { rows } = await options.pool.query("SELECT count(*)::int AS unsealed FROM ledger_pending");
  return {
    ok: fault === null,
    sealed: head.seq,
    unsealed: rows[0].unsealed,
    head: head.seq === 0 ? null : head,
    anchors: options.anchors.length,
    fault,
    checked_at: options.now.toISOString(),
  };
}

function checkAnchor(key: KeyObject, anchor: Anchor | undefined, link: Link): Fault | null {
  if (anchor === undefined) return null;
  const at = { seq: link.seq, entry_id: link.entry_id };
  if (!isGenuine(key, anchor)) {
    return {
      kind: "ANCHOR_MISMATCH",
      ...at,
      message: `The anchor of entry ${link.seq} has a wrong signature.`,
    };
  }
  if (anchor.hash !== link.hash) {
    return { kind: "ANCHOR_MISMATCH", ...at, message: `Entry ${link.seq} differs from what was anchored.` };
  }
  return null;
}

function checkTail(headSeq: number, anchors: readonly Anchor[]): Fault | null {
  const newest = Math.max(0, ...anchors.map((anchor) => anchor.seq));
  if (newest <= headSeq) return null;
  return {
    kind: "TAIL_CUT_OFF",
    seq: headSeq + 1,
    entry_id: null,
    message: `Entry ${newest} was anchored, but the chain now ends at ${headSeq}.`,
  };
}

async function findUnchained(pool: Pool): Promise<Fault | null> {
  const { rows } = await pool.query(`SELECT e.id FROM ledger_entry e
    WHERE NOT EXISTS (SELECT 1 FROM ledger_chain c WHERE c.entry_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM ledger_pending p WHERE p.entry_id = e.id) LIMIT 1`);
  if (rows.length === 0) return null;
  return {
    kind: "ENTRY_UNCHAINED",
    seq: null,
    entry_id: rows[0].id,
    message:
      "An entry is neither sealed nor waiting to be: it was put in, or taken out of the chain, by hand.",
  };
}

async function readLinks(pool: Pool, afterSeq: number): Promise<Link[]> {
  const { rows } = await pool.query({
    text: `SELECT c.seq::float8 AS seq, c.entry_id, c.prev, c.hash, e.id AS entry_exists, ${chainedColumns("e")},
        p.salt, p.ip, p.user_agent
      FROM ledger_chain c LEFT JOIN ledger_entry e ON e.id = c.entry_id
      LEFT JOIN ledger_personal p ON p.entry_id = c.entry_id
      WHERE c.seq > $1 ORDER BY c.seq LIMIT ${BATCH_SIZE}`,
    values: [afterSeq],
  });
  return rows.map((row) => ({
    seq: row.seq,
    entry_id: row.entry_id,
    prev: row.prev,
    hash: row.hash,
    entry: row.entry_exists === null ? null : row,
    personal: row.salt === null ? null : { salt: row.salt, ip: row.ip, user_agent: row.user_agent },
  }));
}
