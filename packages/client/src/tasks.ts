import { isCoded } from "./errors.ts";
import { followEvents } from "./events.ts";
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
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 5_000;
/** What takes longer than so many looks is listened for: a decision is then known at once. */
const LOOKS_BEFORE_LISTENING = 3;
/** A plan is made while a dry run waits. */
const PLAN_MS = 30_000;

/** A key of one's own, where a program that was started again must not do twice what it did before. */
export type Once = { idempotencyKey?: string };
type How = { signal?: AbortSignal | undefined };
export type Tasks = ReturnType<typeof createTasks>;

/** Tasks over REST. What arrives twice, because an answer was lost, is done once. */
export function createTasks(transport: Transport) {
  const { send } = transport;
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
     * The task once it is in one of these states; the end states where none are named. Looks at once, soon again, and
     * then whenever an event tells of news; every five seconds where none can be had.
     *
     * @param options.onChange called with the task at first, and whenever its state or what it waits for is another
     * @throws the reason of `signal`: without one it waits for ever. NOT_FOUND
     */
    async waitFor(
      id: string,
      {
        states = END_STATES,
        signal,
        onChange,
      }: {
        states?: readonly TaskState[];
        signal?: AbortSignal | undefined;
        onChange?: ((task: TaskEntry) => void) | undefined;
      } = {},
    ): Promise<TaskEntry> {
      const over = new AbortController();
      let woken = new AbortController();
      let shown = "";
      try {
        for (let looks = 1, lookMs = FIRST_LOOK_MS; ; looks += 1) {
          woken = new AbortController();
          const task = await get(id, { signal }).catch((error: unknown) => {
            // A server that is away for longer comes back, too.
            if (isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE")) return null;
            throw error;
          });
          if (task) tell(task);
          if (task && states.includes(task.state)) return task;
          if (looks === LOOKS_BEFORE_LISTENING) void listen();
          await pause(lookMs, signal ? AbortSignal.any([signal, woken.signal]) : woken.signal);
          signal?.throwIfAborted();
          lookMs = Math.min(LONGEST_LOOK_MS, lookMs * 1.5);
        }
      } finally {
        over.abort();
      }

      function tell(task: TaskEntry): void {
        const now = `${task.state} ${task.waiting_for?.text ?? ""}`;
        if (now !== shown) onChange?.(task);
        shown = now;
      }

      /** Looks go on without it: where no stream can be had, news are only later. */
      async function listen(): Promise<void> {
        const wake = () => woken.abort();
        const channels = [`task:${id}`];
        try {
          const events = followEvents(transport, { channels, signal: over.signal, onOpen: wake });
          for await (const { event } of events) if (event !== "task:progress") wake();
        } catch {
          // Too many streams of this key are open, say.
        }
      }
    },
  };
}
