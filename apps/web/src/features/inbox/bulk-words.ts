import type { InboxRow } from "@ade/core/views/schema";
import { RISK_LEVELS, RISK_NAMES } from "./inbox-filter.ts";

export type BulkDecision = "approve" | "reject";
type Row = Pick<InboxRow, "task_id" | "risk_level" | "approval_id" | "my_status">;
/** Why a row cannot be answered together with others. */
export type Alone = "not_asked" | "unopened" | "critical";

const VERBS = { approve: "Approve", reject: "Reject" } as const;

/** Why a row is left out, or null: nobody approves grave risk without its changes before their eyes. */
export function aloneBecause(row: Row, decision: BulkDecision, opened: ReadonlySet<string>): Alone | null {
  if (!row.approval_id || row.my_status !== "PENDING") return "not_asked";
  if (decision === "reject") return null;
  if (row.risk_level === "CRITICAL") return "critical";
  return row.risk_level === "HIGH" && !opened.has(row.task_id) ? "unopened" : null;
}

const changes = (count: number) => (count === 1 ? "1 change" : `${count} changes`);

/** `Approve 7 changes: 5 low, 2 medium`. */
export function bulkTitle(decision: BulkDecision, rows: readonly Row[]): string {
  if (rows.length === 0) return `Nothing to ${decision}`;
  const parts = RISK_LEVELS.map((level) => ({
    level,
    count: rows.filter((row) => row.risk_level === level).length,
  })).filter(({ count }) => count > 0);
  const rated = parts.reduce((sum, { count }) => sum + count, 0);
  const words = [
    ...parts.map(({ level, count }) => `${count} ${RISK_NAMES[level].toLowerCase()}`),
    ...(rated < rows.length ? [`${rows.length - rated} not rated`] : []),
  ];
  return `${VERBS[decision]} ${changes(rows.length)}: ${words.join(", ")}`;
}

/** What is left out and what it would take, one sentence a kind. */
export function leftOutWords(left: readonly Alone[]): string[] {
  const count = (kind: Alone) => left.filter((each) => each === kind).length;
  const [unopened, critical, notAsked] = [count("unopened"), count("critical"), count("not_asked")];
  return [
    ...(unopened > 0
      ? [`${unopened} HIGH ${unopened === 1 ? "needs its changes" : "need their changes"} opened first.`]
      : []),
    ...(critical > 0
      ? [`${critical} CRITICAL ${critical === 1 ? "is" : "are"} approved alone, by the name of the target.`]
      : []),
    ...(notAsked > 0 ? [`${changes(notAsked)}: no answer of yours is asked for.`] : []),
  ];
}

/** Said where the rows are not of one kind: the eye slides over the one that matters. */
export function mixedWarning(decision: BulkDecision, rows: readonly Row[]): string | null {
  const levels = new Set(rows.map((row) => row.risk_level));
  const isMixed = levels.size > 1 && levels.has("HIGH");
  return decision === "approve" && isMixed
    ? "High risk among lower: make sure that each of them is meant."
    : null;
}
