import type { Pool } from "pg";
import { type GivenAnswer, habitsOf, signalRules } from "../../approvals/service.ts";
import type { InsightsQuery, ReviewerInsights } from "./schema.ts";

/** Answers looked at, the newest first: beyond that the page says so. */
const MOST_ANSWERS = 20_000;

/** Answers are found by their entries' index on (action, at); what was changed since counts as it stands now. */
const ANSWERED = `SELECT a.reviewer_id, a.reviewer_name, a.action, a.created_at AS asked_at, a.responded_at AS answered_at,
    extract(hour FROM a.responded_at AT TIME ZONE $3)::int AS hour,
    (SELECT coalesce(sum(regexp_count(c.value->>'diff', '^[+-](?![+-]{2} )', 1, 'n')), 0)::int
      FROM jsonb_array_elements(coalesce(r.preview->'changes', '[]'::jsonb)) c) AS changed_lines
  FROM (SELECT DISTINCT entity_id::uuid AS id FROM ledger_entry
    WHERE action = 'approval.responded' AND at >= $1 AND at < $2) e
  JOIN approval a ON a.id = e.id AND a.kind = 'review' AND a.responded_at IS NOT NULL
  JOIN task_revision r ON r.task_id = a.task_id AND r.revision = a.revision
  ORDER BY a.responded_at DESC LIMIT ${MOST_ANSWERS}`;

const OPEN = `SELECT a.reviewer_id, max(a.reviewer_name) AS reviewer_name, count(*)::int AS open,
    count(*) FILTER (WHERE a.due_at < now())::int AS overdue
  FROM approval a JOIN task t ON t.id = a.task_id AND t.revision = a.revision AND t.state = 'REVIEWING'
  WHERE a.status = 'PENDING' GROUP BY 1`;

type Answer = GivenAnswer & { reviewer_id: string; reviewer_name: string };
type Open = { reviewer_id: string; reviewer_name: string; open: number; overdue: number };

/** Load and habits, of everybody in numbers and of those whom `isSeen` names one by one. */
export async function readReviewers(
  pool: Pool,
  query: InsightsQuery,
  isSeen: (reviewerId: string) => boolean,
): Promise<ReviewerInsights> {
  const [answered, waiting] = await Promise.all([
    pool.query<Answer>({
      name: "insights-answers",
      text: ANSWERED,
      values: [query.from, query.to, query.time_zone],
    }),
    pool.query<Open>({ name: "insights-open", text: OPEN }),
  ]);
  const answers = Map.groupBy(answered.rows, ({ reviewer_id }) => reviewer_id);
  const open = new Map(waiting.rows.map((row) => [row.reviewer_id, row]));
  const reviewers = [...new Set([...answers.keys(), ...open.keys()])].map((id) => {
    const given = answers.get(id) ?? [];
    const name = given[0]?.reviewer_name ?? open.get(id)?.reviewer_name ?? "";
    return { id, name, ...habitsOf(given), ...loadOf(given, open.get(id)) };
  });
  const sum = (field: "answers" | "approvals" | "unread" | "open" | "overdue") =>
    reviewers.reduce((total, reviewer) => total + reviewer[field], 0);
  return {
    total: {
      answers: sum("answers"),
      approvals: sum("approvals"),
      unread: sum("unread"),
      open: sum("open"),
      overdue: sum("overdue"),
      median_seconds: medianOf(answered.rows),
    },
    reviewers: reviewers
      .filter(({ id }) => isSeen(id))
      .sort((a, b) => b.open - a.open || b.answers - a.answers || a.name.localeCompare(b.name)),
    rules: signalRules(),
    truncated: answered.rows.length === MOST_ANSWERS,
  };
}

function loadOf(answers: readonly Answer[], waiting: Open | undefined) {
  return {
    median_seconds: medianOf(answers),
    open: waiting?.open ?? 0,
    overdue: waiting?.overdue ?? 0,
  };
}

function medianOf(answers: readonly Answer[]): number | null {
  const waits = answers
    .map(({ asked_at, answered_at }) => (answered_at.getTime() - asked_at.getTime()) / 1000)
    .sort((a, b) => a - b);
  const [low, high] = [waits[Math.floor((waits.length - 1) / 2)], waits[Math.ceil((waits.length - 1) / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
