import pg from "pg";
import { isCoded } from "../../../kernel/errors.ts";
import { ExecutorFailure } from "../../errors.ts";
import type { PlanContext } from "../../port.ts";
import { connectionFailure, isLost } from "./sql-failure.ts";
import type { SqlTask } from "./sql-parameters.ts";
import type { Revealed } from "./sql-secrets.ts";
import { openSession, type SqlSession } from "./sql-session.ts";

/** Two that make the tables of records at once: one of them is told so, and finds them made. */
const MADE_MEANWHILE = new Set(["23505", "42P06", "42P07"]);

/**
 * Works in a session of the task's connection. What the server or the way to it says comes out as ExecutorFailure,
 * without secrets and addresses; the reason of `context.signal` as it is.
 */
export async function inSession<T>(
  task: Pick<SqlTask, "name" | "connection">,
  context: PlanContext,
  revealed: Revealed,
  work: (session: SqlSession) => Promise<T>,
  onNotice: (text: string) => void = () => undefined,
): Promise<T> {
  for (let isAgain = false; ; isAgain = true) {
    const { signal } = context;
    const session = await openSession(task.name, task.connection, { signal, onNotice });
    try {
      return await work(session);
    } catch (error) {
      // What is known of a commit outlives the signal that cut it off.
      if (error instanceof ExecutorFailure && error.ended_as === "unknown") throw error;
      signal.throwIfAborted();
      if (isCoded(error)) throw error;
      if (!(error instanceof Error)) throw error;
      if (!(error instanceof pg.DatabaseError) || isLost(error)) throw connectionFailure(task.name, error);
      if (!isAgain && MADE_MEANWHILE.has(error.code ?? "")) continue;
      throw new ExecutorFailure(
        revealed.mask(`The database of connection ${task.name} says: ${error.message}.`),
        {
          cause: error,
        },
      );
    } finally {
      await session.close();
    }
  }
}
