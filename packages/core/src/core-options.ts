import type { Logger } from "pino";
import type { ApplyStep } from "./applying/service.ts";
import type { Connections } from "./connect.ts";
import type { SqlConnections } from "./executors/adapters/sql/sql-connections.ts";
import type { Executor } from "./executors/service.ts";
import type { Clock } from "./kernel/clock.ts";
import type { Ids } from "./kernel/ids.ts";
import type { OutgoingSettings } from "./notifications/service.ts";
import type { SecretEnvironment } from "./secrets/service.ts";

export type CoreOptions = {
  connections: Connections;
  clock: Clock;
  ids: Ids;
  log: Logger;
  secret: string;
  /** Where people reach the dashboard; sets the cookies' Secure and the trusted origin. */
  publicUrl: string;
  /** Roots of `configuration.file` tasks: name to absolute folder. */
  fileRoots: Readonly<Record<string, string>>;
  /** Databases of `database.sql` tasks, by name. */
  sqlConnections?: SqlConnections;
  /** YAML file of command definitions (ADE_COMMANDS). */
  commandsFile?: string | undefined;
  /** Offers `test.noop`; `sink` is a folder in which its effects are counted. `more` are a test's own. */
  testExecutors: false | { sink?: string; more?: readonly Executor[] };
  anchorFile: string | null;
  /** Values that a worker has in its environment, by secret's name. */
  secretEnvironment?: SecretEnvironment;
  /** True in workers: takes jobs and listens for notifications. */
  works: boolean;
  /** How mails and webhooks leave; without it there is no mail, and only public addresses are reached. */
  outgoing?: Partial<OutgoingSettings>;
  settings?: Partial<CoreSettings>;
  /** Tests end the process at a step of applying with this. */
  atApplyStep?: (step: ApplyStep) => void;
};

export type CoreSettings = {
  plan_wait_ms: number;
  lock_ttl_seconds: number;
  /** Before a resource is granted again after its holder was lost (locks.md). */
  lock_delay_seconds: number;
  /** So long after its end an attempt keeps what rolling it back needs, and what it printed. */
  stash_days: number;
  output_days: number;
  /** What finding out how things stand may take before an attempt; a longer plan is given its own time. */
  prepare_ms: number;
  /** What an executor has for ending once it was told to stop. */
  stop_grace_ms: number;
};

export const DEFAULTS: CoreSettings = {
  plan_wait_ms: 10_000,
  lock_ttl_seconds: 30,
  lock_delay_seconds: 15,
  stash_days: 30,
  output_days: 365,
  prepare_ms: 60_000,
  stop_grace_ms: 15_000,
};

export const OUTGOING: OutgoingSettings = {
  smtpUrl: null,
  from: "Community ADE <ade@localhost>",
  httpAllow: "",
};
