import type { Ledger } from "../ledger/service.ts";
import type { TaskRecord } from "./record.ts";
import type { WaitTaskQuery } from "./schema.ts";

/**
 * The task once it is in one of these states; as it is when the time is over, or the caller has gone. Told by its
 * events, which are listened to before the first look.
 */
export async function waitForStates(
  ledger: Pick<Ledger, "events">,
  id: string,
  read: () => Promise<TaskRecord>,
  query: WaitTaskQuery,
  signal: AbortSignal | undefined,
): Promise<TaskRecord> {
  let wake = (): void => undefined;
  const over = Promise.withResolvers<void>();
  const unlisten = ledger.events.listen([`task:${id}`], () => wake());
  const timer = setTimeout(over.resolve, query.wait_seconds * 1000);
  const onAbort = (): void => over.resolve();
  signal?.addEventListener("abort", onAbort, { once: true });
  let isOver = query.wait_seconds === 0 || signal?.aborted === true;
  over.promise.then(() => {
    isOver = true;
  });
  try {
    for (;;) {
      const next = Promise.withResolvers<void>();
      wake = next.resolve;
      const task = await read();
      if (isOver || query.states.includes(task.state)) return task;
      await Promise.race([next.promise, over.promise]);
    }
  } finally {
    unlisten();
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
