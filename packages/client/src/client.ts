import { type Agents, createAgents } from "./agents.ts";
import { type Approvals, createApprovals } from "./approvals.ts";
import { type Audit, createAudit } from "./audit.ts";
import { type EventOptions, followEvents } from "./events.ts";
import { type Decision, type GateOptions, gate } from "./gate.ts";
import { createLocks, type Locks } from "./locks.ts";
import type { AdeEvent, CreateTask, Me } from "./shapes.ts";
import { createTasks, type Tasks } from "./tasks.ts";
import { createToolCalls, type ToolCalls } from "./tool-calls.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

export { type Agents, createAgents } from "./agents.ts";
export { type Approvals, createApprovals } from "./approvals.ts";
export { type Audit, createAudit } from "./audit.ts";
export { argumentsToRun, askAgainWith } from "./changed-arguments.ts";
export { ApiError, CodedError, type ErrorOptions, isCoded, isLockLost } from "./errors.ts";
export { type EventOptions, followEvents } from "./events.ts";
export { type Decision, type GateOptions, gate } from "./gate.ts";
export { createLocks, type LockName, type Locks } from "./locks.ts";
export type * from "./shapes.ts";
export { createTasks, type Tasks } from "./tasks.ts";
export { createToolCalls, type ToolCalls, taskOfCall } from "./tool-calls.ts";
export { createTransport, type Transport, type TransportOptions } from "./transport.ts";
export { type CallVerdict, type ChangedCall, verdictOf } from "./verdict.ts";
export type { HeldLock, WithLockOptions } from "./with-lock.ts";

export type Client = {
  locks: Locks;
  tasks: Tasks;
  toolCalls: ToolCalls;
  approvals: Approvals;
  agents: Agents;
  audit: Audit;
  withLock: Locks["withLock"];
  gate(task: CreateTask, options?: GateOptions): Promise<Decision>;
  /** Events as they happen, typed by their names, for `for await`. */
  events(options: EventOptions): AsyncGenerator<AdeEvent>;
  /** Who the server takes us for. @throws UNAUTHENTICATED */
  me(): Promise<Me>;
  /** Any other call of the API. Only such as may be repeated. */
  send: Transport["send"];
};

/**
 * A client of one ADE as one principal. A program that needs a part alone takes `createLocks(createTransport(…))`.
 *
 * Calls reject with `ApiError`. Every call may be repeated safely, and is, while there is no answer or the server asks
 * to come back later: for 30 s, or while a request for a lock may wait.
 */
export function createClient(options: TransportOptions): Client {
  const transport = createTransport(options);
  const locks = createLocks(transport);
  const tasks = createTasks(transport);
  const audit = createAudit(transport);
  return {
    ...{ locks, tasks, audit },
    approvals: createApprovals(transport),
    agents: createAgents(transport),
    toolCalls: createToolCalls(transport),
    withLock: locks.withLock,
    gate: (task, given) => gate({ tasks, audit }, task, given),
    events: (given) => followEvents(transport, given),
    me: async () => (await transport.send<Me>({ method: "GET", path: "/me" })).body,
    send: transport.send,
  };
}
