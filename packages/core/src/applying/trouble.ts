import { ExecutorFailure, failureText } from "../executors/service.ts";
import { isCoded } from "../kernel/errors.ts";
import type { TaskRecord } from "../tasks/service.ts";
import type { TroubleKind } from "./outcome.ts";

/** Why it could not be found out how things stand, so that an attempt could not begin. */
export type Trouble = { kind: TroubleKind; reason: string };

/** What was thrown while finding out; `what` is for what nobody expected ("Preparing"). */
export function troubleOf(thrown: unknown, what: string): Trouble {
  return { kind: kindOf(thrown), reason: failureText(thrown, what) };
}

/** May it be over by itself soon? What nobody expected may not: then it would be waited for in vain. */
export const isPassing = (thrown: unknown): boolean => kindOf(thrown) === "passing";

function kindOf(thrown: unknown): TroubleKind {
  if (thrown instanceof ExecutorFailure && thrown.ended_as === "unknown") return "unknown";
  if (thrown instanceof ExecutorFailure && thrown.retryable) return "passing";
  return isCoded(thrown, "DEPENDENCY_UNAVAILABLE") ? "passing" : "lasting";
}

/** How often in a row it could not be found out how things stand. */
export const looksOf = ({ waiting_for }: Pick<TaskRecord, "waiting_for">): number => waiting_for?.looks ?? 0;
