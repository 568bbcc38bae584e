import { isCoded } from "./errors.ts";
import { pause } from "./retry.ts";
import type {
  CreateTask,
  DryRunAnswer,
  Preview,
  SubmitOptions,
  TaskEntry,
  TaskList,
  TaskOutput,
  TaskState,
  TasksQuery,
} from "./shapes.ts";
import type { Transport } from "./transport.ts";

const END_STATES: readonly TaskState[] = ["COMPLETED", "REJECTED", "CANCELLED"];
/** What is waited for meanwhile is told this often, where it has changed. */
const LOOK_SECONDS = 3;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** A plan is made while a dry run waits. */
const PLAN_MS = 30_000;

/** A key of one's own, where a program that was started again must not do twice what it did before. */
export type Once = { idempotencyKey?: string };
type How = { signal?: AbortSignal | undefined };
type WaitOptions = How & {
  states?: readonly TaskState[];
  onChange?: ((task: TaskEntry) => void) | undefined;
};
export type Tasks = ReturnType<typeof createTasks>;

/** Tasks over REST. What arrives twice, because an answer was lost, is done once. */
export function createTasks({ send }: Transport) {
  const command = async <T = TaskEntry>(path: string, body: unknown, once: Once): Promise<T> => {
    const { idempotencyKey = crypto.randomUUID() } = once;
    return (await send<T>({ method: "POST", path, body, idempotencyKey })).body;
  };
  const read = async <T>(path: string, query: Parameters<typeof send>[0]["query"] = {}, how: How = {}) =>
    (await send<T>({ method: "GET", path, query, ...how })).body;
  const get = (id: string, how: How = {}) => read<TaskEntry>(`/tasks/${id}`, {}, how);

  return {
    get,
    list: (query: TasksQuery = {}) => read<TaskList>("/tasks", query),
    /** What applying it would change. @throws NOT_FOUND while there is none */
    preview: (id: string) => read<Preview>(`/tasks/${id}/preview`),
    /** What an attempt printed from `from` on (the `next` of an earlier answer), also while it runs. */
    output: (id: string, query: { attempt_id?: string | undefined; from?: number | undefined } = {}) =>
      read<TaskOutput>(`/tasks/${id}/output`, query),
    /** A draft. @throws VALIDATION_ERROR, FORBIDDEN, … */
    create: (task: CreateTask, once: Once = {}): Promise<TaskEntry> => command("/tasks", task, once),
    /** What would happen, and nothing is stored. @throws as create */
    async dryRun(task: CreateTask): Promise<DryRunAnswer> {
      const body = { ...task, dry_run: true };
      return (await send<DryRunAnswer>({ method: "POST", path: "/tasks", body, heldOpenMs: PLAN_MS })).body;
    },
    /** Sends a draft to review. @throws INVALID_TRANSITION, … */
    submit: (id: string, options: SubmitOptions = {}, once: Once = {}): Promise<TaskEntry> =>
      command(`/tasks/${id}/submit`, options, once),
    /** @throws INVALID_TRANSITION once it is applied or over */
    cancel: (
      id: string,
      options: { reason?: string | undefined } = {},
      once: Once = {},
    ): Promise<TaskEntry> => command(`/tasks/${id}/cancel`, options, once),

    /**
     * The task once it is in one of these states; the end states where none are named. The server holds each question
     * open and answers at once when it is; a server that is away for longer is waited for.
     *
     * @param options.onChange called with the task at first, and within seconds when its state or what it waits for is
     *   another
     * @throws the reason of `signal`: without one it waits for ever. NOT_FOUND
     */
    async waitFor(
      id: string,
      { states = END_STATES, signal, onChange }: WaitOptions = {},
    ): Promise<TaskEntry> {
      let shown: string | undefined;
      for (let failures = 0; ; ) {
        signal?.throwIfAborted();
        // The first answer comes at once: it says what is waited for.
        const wait_seconds = shown === undefined ? 0 : LOOK_SECONDS;
        try {
          const path = `/tasks/${id}/wait`;
          const query = { states: [...states], wait_seconds };
          const heldOpenMs = wait_seconds * 1000;
          const { body: task } = await send<TaskEntry>({ method: "GET", path, query, heldOpenMs, signal });
          failures = 0;
          const now = `${task.state} ${task.waiting_for?.text ?? ""}`;
          if (now !== shown) onChange?.(task);
          shown = now;
          if (states.includes(task.state)) return task;
        } catch (error) {
          if (!isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE", "RATE_LIMITED")) throw error;
          failures += 1;
          await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * Math.random(), signal);
        }
      }
    },
  };
}
