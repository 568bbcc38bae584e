import type { Pool } from "pg";
import type { Logger } from "pino";
import type { ExecutorsService, SecretBox } from "../executors/service.ts";
import type { GateService } from "../gate/service.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Ledger } from "../ledger/service.ts";
import type { LocksService } from "../locks/service.ts";

export type ApplyingDeps = {
  pool: Pool;
  ledger: Ledger;
  locks: LocksService;
  executors: ExecutorsService;
  gate: Pick<GateService, "stillApproved" | "assess">;
  clock: Clock;
  ids: Ids;
  log: Logger;
  box: SecretBox;
  /** A number in [0, 1) for jitter. */
  random: () => number;
  /** Makes these tasks' apply jobs due now. */
  wake: (taskIds: readonly string[]) => Promise<void>;
  /** Tests end the process at a named step with this. */
  atStep?: ((step: ApplyStep) => void) | undefined;
  settings: { lock_ttl_seconds: number; lock_delay_seconds: number };
};

/** The steps at which a worker may die (reliability.md, "Faults"). */
export const APPLY_STEPS = ["locked", "planned", "claimed", "applied", "recorded"] as const;
export type ApplyStep = (typeof APPLY_STEPS)[number];

/** The locks of one attempt: the token of the task lock goes into the row, the others to the executor. */
export type HeldLocks = {
  token: number;
  tokens: Record<string, number>;
  ids: string[];
  /** Aborted when a lock is lost. */
  signal: AbortSignal;
  release(): Promise<void>;
};
