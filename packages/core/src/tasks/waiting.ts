import { wallText } from "../policies/service.ts";
import type { Blocker, TaskRecord } from "./record.ts";
import type { WaitingFor } from "./schema.ts";

type Facts = Pick<
  TaskRecord,
  | "state"
  | "state_since"
  | "plan_state"
  | "apply_after"
  | "waiting_for"
  | "problem"
  | "approvals"
  | "expires_at"
  | "started_at"
>;

/**
 * For what a task waits, whose move it is and since when; undefined where it waits for nothing.
 * `missing` are the open requirements in words ("1 of sec").
 */
export function waitingFor(task: Facts, missing: readonly string[], now: Date): WaitingFor | undefined {
  const since = task.state_since.toISOString();
  switch (task.state) {
    case "DRAFT":
      return {
        text: task.problem
          ? `waiting for its author: ${task.problem.message}`
          : "waiting for its author to submit it",
        whose_move: "author",
        since,
      };
    case "SUBMITTED":
      return { text: "waiting for its plan", whose_move: "system", since };
    case "REVIEWING":
      return reviewing(task, missing, since, now);
    case "APPROVED":
      return approved(task, since, now);
    case "APPLYING":
      return {
        text: "being applied",
        whose_move: "system",
        since: (task.started_at ?? task.state_since).toISOString(),
      };
    default:
      return undefined;
  }
}

function reviewing(task: Facts, missing: readonly string[], since: string, now: Date): WaitingFor {
  const release = task.approvals
    .flatMap((approval) => (approval.release_at ? [approval.release_at] : []))
    .filter((at) => new Date(at) > now)
    .sort()[0];
  if (missing.length === 0 && release) {
    return {
      text: "decided; takes effect when the undo time is over",
      whose_move: "system",
      since,
      until: release,
    };
  }
  const text = missing.length > 0 ? `waiting for ${missing.join(" and ")}` : "waiting for its reviewers";
  const until = task.expires_at ? { until: task.expires_at.toISOString() } : {};
  return { text, whose_move: "reviewers", since, ...until };
}

function approved(task: Facts, since: string, now: Date): WaitingFor {
  const until = task.apply_after && task.apply_after > now ? { until: task.apply_after.toISOString() } : {};
  const blocker = task.waiting_for;
  if (blocker?.kind === "quarantine")
    return { text: `held back: ${blocker.reason}`, whose_move: "admin", since };
  if (blocker?.kind === "lock") {
    return { text: queueing(blocker), whose_move: "system", since };
  }
  if (blocker?.kind === "retry") {
    return {
      text: `attempt ${blocker.attempt} comes next: ${blocker.reason}`,
      whose_move: "system",
      since,
      ...until,
    };
  }
  if (blocker?.kind === "freeze") {
    const end = wallText(new Date(blocker.until), blocker.time_zone);
    return {
      text: `held by the freeze “${blocker.name}” until ${end}`,
      whose_move: "system",
      since,
      ...until,
    };
  }
  return { text: "waiting for a worker", whose_move: "system", since, ...until };
}

/** "third in the queue for database:prod/main, held by agent-7 (a migration)" */
function queueing({ key, queue_position, holder, purpose }: Extract<Blocker, { kind: "lock" }>): string {
  const why = purpose ? ` (${purpose})` : "";
  const held = holder === null ? "free again after a short delay" : `held by ${holder}${why}`;
  return `${ordinal(queue_position)} in the queue for ${key.replace(/^resource:/, "")}, ${held}`;
}

const ORDINALS = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
  "tenth",
];
const SUFFIXES = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIX: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

const ordinal = (place: number): string => ORDINALS[place - 1] ?? `${place}${SUFFIX[SUFFIXES.select(place)]}`;
