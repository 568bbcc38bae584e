import type { EventPayloads } from "@ade/api/event-payloads";
import type { AcquiredLock, AcquiredLocks } from "@ade/api/lock-answers";
import type {
  AgentEntry,
  AgentFile,
  AgentList,
  agentInput,
  agentPatch,
  HeartbeatAnswer,
  heartbeatInput,
  listAgentsQuery,
  NewAgent,
} from "@ade/core/agents/schema";
import type {
  ApprovalEntry,
  approvalList,
  listApprovalsQuery,
  respondInput,
} from "@ade/core/approvals/schema";
import type { Preview } from "@ade/core/executors/schema";
import type { BatchAnswer, batchInput, DryRunAnswer, Responded } from "@ade/core/gate/schema";
import type { MeEntry as Me } from "@ade/core/identity/schema";
import type { AuditEntry, auditList, auditQuery, VerifyReport } from "@ade/core/ledger/schema";
import type {
  acquireLockInput,
  HeartbeatResult,
  LockHolder,
  LockList,
  LockStanding,
  listLocksQuery,
  lockKeyInput,
  releaseInput,
} from "@ade/core/locks/schema";
import type {
  createTaskInput,
  listTasksQuery,
  submitOptions,
  TaskEntry,
  TaskOutput,
  TaskState,
  taskList,
} from "@ade/core/tasks/schema";
import type { CallEnd, CallEndInput, ToolCallInput } from "@ade/core/tool-calls/schema";
import type { z } from "zod";

export type {
  AcquiredLock,
  AcquiredLocks,
  AgentEntry,
  AgentFile,
  AgentList,
  ApprovalEntry,
  AuditEntry,
  BatchAnswer,
  CallEnd,
  CallEndInput,
  DryRunAnswer,
  EventPayloads,
  HeartbeatAnswer,
  HeartbeatResult,
  LockHolder,
  LockList,
  LockStanding,
  Me,
  NewAgent,
  Preview,
  Responded,
  TaskEntry,
  TaskOutput,
  TaskState,
  VerifyReport,
};

/** Fields that may also be there and undefined: options of a command line, say. */
type Loose<T> = { [Field in keyof T]?: T[Field] | undefined };

/** What is locked: `{ resource_type: "resource", resource_id: "database:prod/main", mode? }`. */
export type LockKey = z.input<typeof lockKeyInput>;
/** The fields of `POST /locks/acquire` beside the key or keys. */
export type AcquireOptions = Omit<
  z.input<typeof acquireLockInput>,
  "resource_type" | "resource_id" | "mode" | "keys"
>;
export type ReleaseOptions = Omit<z.input<typeof releaseInput>, "lock_id">;
export type LocksQuery = Loose<z.input<typeof listLocksQuery>>;

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
export type TasksQuery = Loose<z.input<typeof listTasksQuery>>;
export type TaskList = z.infer<typeof taskList>;

export type ApprovalsQuery = Loose<z.input<typeof listApprovalsQuery>>;
export type ApprovalList = z.infer<typeof approvalList>;
export type RespondInput = z.input<typeof respondInput>;
export type BatchInput = z.input<typeof batchInput>;

export type AgentsQuery = Loose<z.input<typeof listAgentsQuery>>;
export type CreateAgent = z.input<typeof agentInput>;
export type AgentPatch = z.input<typeof agentPatch>;
export type HeartbeatInput = z.input<typeof heartbeatInput>;

export type AuditQuery = Loose<z.input<typeof auditQuery>>;
export type AuditList = z.infer<typeof auditList>;

/**
 * An event, by whose `event` its payload is known. Durable ones have an id that grows; live ones null. A newer server
 * may send names that are not here.
 */
export type AdeEvent = {
  [Name in keyof EventPayloads]: {
    id: string | null;
    event: Name;
    timestamp: string;
    payload: EventPayloads[Name];
  };
}[keyof EventPayloads];
