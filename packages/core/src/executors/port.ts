import type { ResourceRef } from "../resources/schema.ts";
import type { Preview, TaskConfig } from "./schema.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One thing that is wrong with a configuration, as VALIDATION_ERROR's details carry it. */
export type Issue = { readonly field: string; readonly issue: string };

/** An agent's tool that a configuration asks to use. */
export type ToolUse = { readonly tool: string; readonly kind: string };

/** How reality stands towards a stash: as before, as intended, half-way, or changed by somebody else. */
export type Inspection = "untouched" | "done" | "partial" | "foreign";

export type Progress = { readonly percent?: number; readonly message: string };

export type PlanContext = {
  /** Aborted at the deadline and when the caller gives up. */
  readonly signal: AbortSignal;
  /**
   * The text with each `secret://name` and `secret://name@version` in it replaced by its value. Values were fetched
   * before this step began, so this never waits. Only workers know them: elsewhere (a live simulation) the text stays
   * as it is. Whatever was revealed is masked in all that leaves the executor. Throws ExecutorFailure for a reference
   * that neither the configuration nor `secrets()` names. Reveal late, keep what was revealed out of stash and preview where possible.
   */
  reveal(text: string): string;
  /**
   * In an attempt, what its `stash()` returned. Where that holds a saved plan, planning says what applying exactly
   * this would change.
   */
  readonly stash?: Json;
};

/** Where no values are known, a reference stays one. */
export const asWritten: PlanContext["reveal"] = (text) => text;

/** What every step of one attempt is given. */
export type AttemptContext = PlanContext & {
  /** Who made the task; absent in trials. */
  readonly author?: { readonly id: string; readonly name: string };
  /** `task id : revision`; the same over all attempts. */
  readonly idempotency_key: string;
  /** Fencing token of each lock that the attempt holds, by lock key. */
  readonly fencing_tokens: Readonly<Record<string, number>>;
};

export type ApplyContext = AttemptContext & {
  /**
   * Given, apply refuses to overwrite what is no longer as it was stashed; taken before the second plan, it leaves no
   * gap in which somebody else's change could be lost.
   */
  readonly stash?: Json;
  /** How long this step may take as a whole (ms), where that is limited: then `signal` is aborted. */
  readonly limit_ms?: number;
  report(progress: Progress): void;
  /**
   * From here on this attempt only waits for somebody else: its worker may begin another one beside it. Locks and
   * deadline stay its own.
   */
  standBy(): void;
  /** Streams text to whoever watches. What shall be kept goes into the returned output too. */
  output(chunk: string): void;
};

export type Forgetting = {
  /** What was written in the last so many days is kept. */
  readonly keep_days: number;
  /** Which of these tasks are not over yet, or can still be rolled back: what is known of them is kept. */
  stillNeeded(taskIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Something of it failed; the rest goes on. */
  onTrouble(error: unknown, what: string): void;
};

/**
 * What makes tasks of some type real. Expected failures are thrown as ExecutorFailure (errors.ts); after an abort
 * `apply` and `rollback` reject, and the caller knows the reason from its own signal.
 * Every executor passes the suite in contract.ts.
 */
export type Executor = {
  /** Type patterns: a name (`configuration.file`), or a prefix and `.*` (`command.*`). */
  readonly types: readonly [string, ...string[]];
  readonly title: string;
  readonly description: string;
  /** JSON Schema (2020-12) of `config.parameters`, closed by `additionalProperties: false`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** A configuration to start the authoring form with: description, resources, parameters. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Magnitude of change, 0-100, where there is no preview to measure. */
  readonly worst_case: number;
  /** Paths inside a change that differ from plan to plan without meaning (`after.updated_at`; `*` for any key). */
  readonly volatile: readonly string[];
  /** May an attempt that ended in the middle be followed by another? */
  readonly retry: boolean;
  /** Is planning cheap enough for live simulation while somebody types? */
  readonly cheap_plan: boolean;
  /** What `foreign` means, as the reason of a going back, where it may be its own half-done work as well as somebody else's. */
  readonly foreign?: string;
  /** How long a plan may take where half a minute is not enough (ms). */
  readonly plan_deadline_ms?: number;

  /**
   * Brings up to date what digest, resources, secrets and check go by, where that lies outside this process
   * (definitions in a database). Awaited before a configuration is checked, planned or applied.
   */
  refresh?(): Promise<void>;
  /** `retry` for this configuration, where what it chooses decides that. */
  mayRetry?(config: TaskConfig): boolean | Promise<boolean>;
  /** Why what this configuration does can never be rolled back, in a sentence; null where it can, as far as that says. */
  noWayBack?(config: TaskConfig): string | null;
  /** What defines this configuration's meaning, for people (`the command "restart"`), where that can be changed. */
  definedBy?(config: TaskConfig): string;
  /**
   * Hash of executor and of the definition that this configuration chooses; part of the content hash. With a stash, of
   * the definition that it was taken under, which is the one that will be applied.
   */
  digest(config: TaskConfig, stash?: Json): string;
  /** What applying really touches, whatever the task declares. */
  resources(config: TaskConfig): readonly ResourceRef[];
  /**
   * Where it is a call of an agent's tool, which one: the agent's own settings and grants for it are asked, before any
   * policy where they deny it, and where no policy matches.
   */
  toolUse?(config: TaskConfig): ToolUse;
  /** The configuration without what must not be kept (secrets in a program's arguments); asked before it is stored. */
  redact?(config: TaskConfig): TaskConfig;
  /** Which of its resources it must have for itself while it runs, where those are not all that it does not only read. */
  exclusive?(config: TaskConfig): readonly ResourceRef[];
  /** Seconds for which the proposal is worth something: not applied by then, it is cancelled. */
  expiresAfter?(config: TaskConfig): number;
  /** References to secrets in what the configuration chooses (a definition), beyond those in the configuration. */
  secrets?(config: TaskConfig): readonly string[];
  /** What the JSON Schema can't say; empty where nothing is wrong. Reads at most. */
  check?(config: TaskConfig): readonly Issue[] | Promise<readonly Issue[]>;
  /** What applying would do. Has no effect. */
  plan(config: TaskConfig, context: PlanContext): Promise<Preview>;
  /** Reads what inspect and rollback will need. Has no effect. */
  stash(config: TaskConfig, context: AttemptContext): Promise<Json>;
  apply(config: TaskConfig, context: ApplyContext): Promise<{ output: string }>;
  /** Only reads. */
  inspect(stash: Json, config: TaskConfig, context: AttemptContext): Promise<Inspection>;
  /** Brings back what was stashed; refuses to undo somebody else's later change. */
  rollback(stash: Json, context: ApplyContext): Promise<{ output: string }>;
  /**
   * What `rollback` would do, for those who review it; only where that is not the plan's changes backwards (a down
   * script, a compensating request), or where there is something to warn of. Twice the same. Only reads.
   */
  planRollback?(
    stash: Json,
    config: TaskConfig,
    context: PlanContext,
  ): Promise<Pick<Preview, "changes" | "warnings">>;
  /** Forgets what it keeps of its own about tasks, where that is old and no longer needed. May be repeated. */
  forget?(old: Forgetting): Promise<void>;
};
