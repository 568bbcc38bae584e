import type { Pool, QueryResultRow } from "pg";
import type { Logger } from "pino";
import type { Prisma, PrismaClient } from "../generated/client.ts";
import type { Actor } from "../kernel/actor.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { AnyRedis } from "../redis.ts";
import { anchorKey, readAnchors, signAnchor, writeAnchor } from "./anchor.ts";
import { createFeed, type EventFeed, readEntries } from "./feed.ts";
import { factRows, type HotWrite, RECORD_ONLY, withFacts } from "./hot-write.ts";
import type { Projections } from "./projections.ts";
import type { AuditEntry, AuditQuery, Fact, History, HistoryQuery, VerifyReport } from "./schema.ts";
import { createSealer, type OnSeal, type Sealer } from "./sealer.ts";
import { listEntries, listHistory, readHead } from "./store.ts";
import { verifyChain } from "./verify.ts";

export { hotWrite, json } from "./hot-sql.ts";
export type { HotWrite } from "./hot-write.ts";
export { type Projection, type Projections, projectEvents, type SealedEntry } from "./projections.ts";
export type { OnSeal } from "./sealer.ts";
export { defineSetting } from "./setting.ts";
export { readEntries };
/** The transaction that a unit of work writes through. */
export type Tx = Prisma.TransactionClient;

export type LedgerDeps = {
  pool: Pool;
  prisma: PrismaClient;
  redis: AnyRedis | null;
  clock: Clock;
  ids: Ids;
  log: Logger;
  projections: Projections;
  onSeal: OnSeal;
  /** The installation's secret, from which the anchoring key is derived. */
  secret: string;
  /** File of signed chain heads, outside the database; none where null (tests, tools). */
  anchorFile: string | null;
};

/** A transaction of several hot writes. */
export type Unit = {
  readonly db: Pick<Pool, "query">;
  commit(facts: readonly Fact[], write: HotWrite): Promise<QueryResultRow[]>;
};

export type Ledger = {
  /** One PostgreSQL transaction: the writes and their facts, or nothing of either. */
  write<T>(actor: Actor, work: (tx: Tx) => Promise<{ result: T; facts: readonly Fact[] }>): Promise<T>;
  /** The same in one prepared statement and one round trip. Answers the rows of `guard`; none: nothing was written. */
  commit<Row extends QueryResultRow>(actor: Actor, facts: readonly Fact[], write: HotWrite): Promise<Row[]>;
  /**
   * Several hot writes as one transaction. `work` reads by `unit.db` and commits by `unit.commit`, which answers the
   * rows of `guard` as `commit` does; with `keep: false`, or when it throws, nothing of it was.
   */
  together<T>(actor: Actor, work: (unit: Unit) => Promise<{ result: T; keep: boolean }>): Promise<T>;
  /** Facts alone. */
  record(actor: Actor, facts: readonly Fact[]): Promise<void>;
  events: EventFeed;
  list(actor: Actor, query: AuditQuery): Promise<{ entries: AuditEntry[]; next_cursor?: string }>;
  /** A page of one action's entries, the newest first; for a slice's own history, which checks who may read it. */
  history(action: string, query: HistoryQuery): Promise<History>;
  verify(): Promise<VerifyReport>;
  /** Signs the chain's head into the anchor file, where it grew since the last time. */
  anchor(): Promise<void>;
  /** Seals everything pending; tests await it instead of time. */
  settle(): Promise<void>;
  sealer: Sealer;
};

/** Audit record, outbox and events in one insert-only table, sealed into a hash chain (ADR 1). */
export function createLedger(deps: LedgerDeps): Ledger {
  const feed = createFeed({ ...deps, now: () => deps.clock.now(), origin: deps.ids.uuid() });
  const sealer = createSealer({
    pool: deps.pool,
    redis: deps.redis,
    log: deps.log,
    onSeal: deps.onSeal,
    onSealed: () => feed.wake(),
  });
  const key = anchorKey(deps.secret);
  const texts = new Map<string, string>();
  let anchoredSeq = 0;

  function textOf(write: HotWrite): string {
    let text = texts.get(write.name);
    if (text === undefined) {
      text = withFacts(write.ctes);
      texts.set(write.name, text);
    }
    return text;
  }

  return {
    async write(actor, work) {
      const result = await deps.prisma.$transaction(async (tx) => {
        const done = await work(tx);
        if (done.facts.length > 0)
          await tx.$queryRawUnsafe(RECORD_ONLY, factRows(actor, done.facts, deps.ids));
        return done.result;
      });
      sealer.poke();
      return result;
    },
    async commit(actor, facts, write) {
      const { rows } = await deps.pool.query({
        name: write.name,
        text: textOf(write),
        values: [factRows(actor, facts, deps.ids), ...write.values],
      });
      sealer.poke();
      return rows;
    },
    async together(actor, work) {
      const client = await deps.pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("BEGIN");
        const { result, keep } = await work({
          db: client,
          async commit(facts, write) {
            const values = [factRows(actor, facts, deps.ids), ...write.values];
            return (await client.query({ name: write.name, text: textOf(write), values })).rows;
          },
        });
        await client.query(keep ? "COMMIT" : "ROLLBACK");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch((lost: Error) => {
          broken = lost;
        });
        throw error;
      } finally {
        client.release(broken);
        sealer.poke();
      }
    },
    async record(actor, facts) {
      await deps.pool.query({
        name: "ledger-record",
        text: RECORD_ONLY,
        values: [factRows(actor, facts, deps.ids)],
      });
      sealer.poke();
    },
    events: feed,
    list: (actor, query) =>
      listEntries(deps.pool, query, {
        own_principal_id: actor.kind === "agent" ? actor.id : null,
        with_addresses: actor.roles.includes("admin"),
      }),
    history: (action, query) => listHistory(deps.pool, action, query),
    async verify() {
      const anchors = deps.anchorFile ? await readAnchors(deps.anchorFile) : [];
      return verifyChain({ pool: deps.pool, anchors, key, now: deps.clock.now() });
    },
    async anchor() {
      const head = await readHead(deps.pool);
      if (!deps.anchorFile || !head || head.seq === anchoredSeq) return;
      await writeAnchor(deps.anchorFile, signAnchor(key, head.seq, head.hash, deps.clock.now()));
      anchoredSeq = head.seq;
    },
    settle: () => sealer.settle(),
    sealer,
  };
}
