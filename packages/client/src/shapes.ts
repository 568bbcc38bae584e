import type { AcquiredLock, AcquiredLocks } from "@ade/api/lock-answers";
import type { MeEntry as Me } from "@ade/core/identity/schema";
import type {
  acquireLockInput,
  HeartbeatResult,
  LockHolder,
  LockStanding,
  lockKeyInput,
  releaseInput,
} from "@ade/core/locks/schema";
import type { createTaskInput, submitOptions, TaskEntry, TaskState } from "@ade/core/tasks/schema";
import type { CallEnd, CallEndInput, ToolCallInput } from "@ade/core/tool-calls/schema";
import type { z } from "zod";

export type {
  AcquiredLock,
  AcquiredLocks,
  CallEnd,
  CallEndInput,
  HeartbeatResult,
  LockHolder,
  LockStanding,
  Me,
  TaskEntry,
  TaskState,
};

/** What is locked: `{ resource_type: "resource", resource_id: "database:prod/main", mode? }`. */
export type LockKey = z.input<typeof lockKeyInput>;
/** The fields of `POST /locks/acquire` beside the key or keys. */
export type AcquireOptions = Omit<
  z.input<typeof acquireLockInput>,
  "resource_type" | "resource_id" | "mode" | "keys"
>;
export type ReleaseOptions = Omit<z.input<typeof releaseInput>, "lock_id">;

/** One lock of several. */
export type LockOfSeveral = AcquiredLocks["locks"][number];
/** What a request came to: its lock, its locks where it named several keys, or its place in the queue. */
export type LockAnswer = AcquiredLock | AcquiredLocks | LockStanding;

export type CreateTask = Omit<z.input<typeof createTaskInput>, "dry_run">;
/** One call of an agent's tool; `resources` beyond the files and tools that follow from it. */
export type ToolCall = Omit<ToolCallInput, "changed"> & {
  timeout_seconds?: number;
  priority?: number;
  tags?: string[];
  resources?: CreateTask["config"]["resources"];
};
export type SubmitOptions = z.input<typeof submitOptions>;
