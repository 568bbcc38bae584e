import { isCoded } from "./errors.ts";
import { pause } from "./retry.ts";
import type { CreateTask, SubmitOptions, TaskEntry, TaskState } from "./shapes.ts";
import type { Transport } from "./transport.ts";

const END_STATES: readonly TaskState[] = ["COMPLETED", "REJECTED", "CANCELLED"];
/** Somebody or a policy has answered; back in DRAFT it was returned to its author. */
const DECIDED: readonly TaskState[] = ["APPROVED", "APPLYING", "DRAFT", ...END_STATES];
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 5_000;

/** A key of one's own, where a program that was started again must not do twice what it did before. */
type Once = { idempotencyKey?: string };
export type Tasks = ReturnType<typeof createTasks>;

/** Tasks over REST. What arrives twice, because an answer was lost, is done once. */
export function createTasks({ send }: Transport) {
  const command = async (path: string, body: unknown, once: Once): Promise<TaskEntry> => {
    const { idempotencyKey = crypto.randomUUID() } = once;
    return (await send<TaskEntry>({ method: "POST", path, body, idempotencyKey })).body;
  };
  const get = async (id: string, options: { signal?: AbortSignal | undefined } = {}): Promise<TaskEntry> =>
    (await send<TaskEntry>({ method: "GET", path: `/tasks/${id}`, ...options })).body;

  const tasks = {
    get,
    /** A draft. @throws VALIDATION_ERROR, FORBIDDEN, … */
    create: (task: CreateTask, once: Once = {}): Promise<TaskEntry> => command("/tasks", task, once),
    /** Sends a draft to review. @throws INVALID_TRANSITION, … */
    submit: (id: string, options: SubmitOptions = {}, once: Once = {}): Promise<TaskEntry> =>
      command(`/tasks/${id}/submit`, options, once),
    /** @throws INVALID_TRANSITION once it is applied or over */
    cancel: (id: string, options: { reason?: string } = {}, once: Once = {}): Promise<TaskEntry> =>
      command(`/tasks/${id}/cancel`, options, once),

    /**
     * The task once it is in one of these states; the end states where none are named. Looks again and again, at first
     * after a quarter of a second, then every five.
     *
     * @throws the reason of `signal`: without one it waits for ever. NOT_FOUND
     */
    async waitFor(
      id: string,
      { states = END_STATES, signal }: { states?: readonly TaskState[]; signal?: AbortSignal } = {},
    ): Promise<TaskEntry> {
      for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 1.5)) {
        const task = await get(id, { signal }).catch((error: unknown) => {
          // A server that is away for longer comes back, too.
          if (isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE")) return null;
          throw error;
        });
        if (task && states.includes(task.state)) return task;
        await pause(lookMs, signal);
        signal?.throwIfAborted();
      }
    },

    /**
     * Proposes a change, sends it to review and resolves when there is a decision: look at `state`, which is APPROVED
     * or beyond, REJECTED, CANCELLED, or DRAFT where changes were asked for. The end of the wait leaves the task alone.
     *
     * @throws as create, submit and waitFor
     */
    async gate(
      task: CreateTask,
      { signal, ...options }: SubmitOptions & { signal?: AbortSignal } = {},
    ): Promise<TaskEntry> {
      const { id } = await tasks.create(task);
      await tasks.submit(id, options);
      return tasks.waitFor(id, { states: DECIDED, ...(signal ? { signal } : {}) });
    },
  };
  return tasks;
}
