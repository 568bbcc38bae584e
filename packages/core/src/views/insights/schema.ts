import { z } from "zod";
import { reviewerSignal } from "../../approvals/schema.ts";
import { calibrationBand, riskLevel } from "../../risk/schema.ts";

const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

export const insightsQuery = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    /** Not included. */
    to: z.iso.datetime({ offset: true }),
    /** Weeks and nights are counted by its clock. */
    time_zone: z
      .string()
      .max(100)
      .default("UTC")
      .refine((zone) => isZone(zone), { error: "is no time zone (write it like Europe/Berlin)" }),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { error: "must be before to", path: ["from"] })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= MOST_DAYS * DAY_MS, {
    error: `may be at most ${MOST_DAYS} days before to`,
    path: ["from"],
  });
export type InsightsQuery = z.infer<typeof insightsQuery>;

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const count = z.int().min(0);
const seconds = z.number().nullable();

/** How long reviews took, from the first request to the decision. */
const timing = z.strictObject({ decisions: count, median_seconds: seconds, p90_seconds: seconds });

export const decisionInsights = z.strictObject({
  all: timing.extend({ approved: count, rejected: count, returned: count }),
  /** By the Monday on which the week begins; weeks without a decision are absent. */
  weeks: z.array(timing.extend({ week: z.string(), approved: count, rejected: count, returned: count })),
  levels: z.array(timing.extend({ level: riskLevel })),
  /** The slowest first. A decision counts with every policy that asked for it. */
  policies: z.array(timing.extend({ policy: z.string() })),
});
export type DecisionInsights = z.infer<typeof decisionInsights>;

const habits = z.strictObject({
  answers: count,
  approvals: count,
  unread: count,
  median_seconds: seconds,
  open: count,
  overdue: count,
});

export const reviewerInsights = z.strictObject({
  /** Of everybody, in numbers alone. */
  total: habits,
  /** Everybody for an admin, oneself for everybody else. */
  reviewers: z.array(
    habits.extend({
      id: z.uuid(),
      name: z.string(),
      longest_sitting: count,
      longest_night: count,
      signals: z.array(reviewerSignal),
    }),
  ),
  /** How signals are counted, in words. */
  rules: z.array(z.string()),
  /** More was answered than is looked at. */
  truncated: z.boolean(),
});
export type ReviewerInsights = z.infer<typeof reviewerInsights>;

export const riskInsights = z.strictObject({ bands: z.array(calibrationBand) });
export type RiskInsights = z.infer<typeof riskInsights>;

const ends = z.strictObject({
  success: count,
  failure: count,
  timeout: count,
  cancelled: count,
  unknown: count,
});

export const operationInsights = z.strictObject({
  all: ends,
  weeks: z.array(ends.extend({ week: z.string(), median_seconds: seconds })),
  rolled_back: count,
  retried: count,
  /** Tasks that had to wait for a lock, by the lock, the most wanted first. */
  contended: z.array(
    z.strictObject({ key: z.string(), waits: count, tasks: count, median_wait_seconds: seconds }),
  ),
  deadlocks: count,
  force_released: count,
});
export type OperationInsights = z.infer<typeof operationInsights>;
