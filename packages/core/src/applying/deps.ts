import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AgentsService } from "../agents/service.ts";
import type { ExecutorsService, SecretBox } from "../executors/service.ts";
import type { GateService } from "../gate/service.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { Ledger } from "../ledger/service.ts";
import type { LocksService } from "../locks/service.ts";
import type { SecretsService } from "../secrets/service.ts";
import type { TaskRecord, TasksService } from "../tasks/service.ts";

export type ApplyingDeps = {
  pool: Pool;
  ledger: Ledger;
  locks: LocksService;
  executors: ExecutorsService;
  secrets: Pick<SecretsService, "open">;
  agents: Pick<AgentsService, "get">;
  gate: Pick<GateService, "stillApproved" | "frozen" | "propose" | "submit" | "remove" | "cancel">;
  tasks: Pick<TasksService, "read">;
  clock: Clock;
  ids: Ids;
  log: Logger;
  box: SecretBox;
  /** A number in [0, 1) for jitter. */
  random: () => number;
  /** Inserts an apply job for a task, to be run now or at a time. */
  wake: (task: Pick<TaskRecord, "id" | "priority" | "apply_immediately">, at?: Date) => Promise<void>;
  /** Tests end the process at a named step with this. */
  atStep?: ((step: ApplyStep) => void) | undefined;
  settings: {
    lock_ttl_seconds: number;
    lock_delay_seconds: number;
    stash_days: number;
    output_days: number;
    prepare_ms: number;
    stop_grace_ms: number;
  };
};

/** The steps at which a worker may die (reliability.md, "Faults"). */
export const APPLY_STEPS = ["locked", "planned", "claimed", "applied", "recorded"] as const;
export type ApplyStep = (typeof APPLY_STEPS)[number];

/**
 * Who runs an attempt. `drain` is aborted, with "drained" as reason, when running tasks must be given back. `standBy`
 * tells that the attempt only waits from now on: it needs no slot any more.
 */
export type Worker = {
  readonly id: string;
  readonly drain: AbortSignal;
  readonly standBy?: (() => void) | undefined;
};

/** The locks of one attempt: the token of the task lock goes into the row, the others to the executor. */
export type HeldLocks = {
  readonly token: number;
  readonly tokens: Readonly<Record<string, number>>;
  readonly ids: readonly string[];
  /** Aborted, with "lost" as reason, when a lock is lost. */
  readonly signal: AbortSignal;
  /** False once a lock is lost or too old to be trusted, also where a blocked event loop kept the signal back. */
  isHeld(): boolean;
  /** Renews them no longer and never releases them: they end by themselves, with the delay that follows a loss. */
  leave(): void;
  /** At once, unless they were left. */
  release(): Promise<void>;
};
