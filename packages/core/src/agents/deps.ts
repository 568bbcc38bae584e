import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PrismaClient } from "../generated/client.ts";
import type { IdentityService } from "../identity/service.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { EventDraft } from "../ledger/schema.ts";
import type { Ledger } from "../ledger/service.ts";
import type { PolicyService } from "../policies/service.ts";

export type AgentsDeps = {
  pool: Pool;
  prisma: PrismaClient;
  clock: Clock;
  ids: Ids;
  log: Pick<Logger, "warn">;
  ledger: Ledger;
  identity: Pick<IdentityService, "issueKey" | "endOfNewKey" | "revokeKeys" | "apiKeys">;
  policies: Pick<PolicyService, "createWithin">;
  /** Sends an event that is not kept: `ledger.events.emitLive`. */
  emitLive: (event: EventDraft) => void;
  /** Where agents reach us, for the test of a connection that calls in. */
  publicUrl: string;
  /** ADE_HTTP_ALLOW. */
  httpAllow: string;
};

/** Reads and single statements, by the pool or inside somebody's transaction. */
export type Db = Pick<Pool, "query">;
