import type { BacklogSettings } from "./schema.ts";

export const DEFAULT_BACKLOG: BacklogSettings = {
  open_per_reviewer: 50,
  open_overall: 500,
  old_after_hours: 24,
  auto_approve: { enabled: false, per_author_and_hour: 3 },
};

const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What counts as too much: the whole, and whose own queue is too long. Null settings are no limit. Pure. */
export function overLimit(
  settings: BacklogSettings,
  open: { overall: number; by_reviewer: ReadonlyMap<string, number> },
): { overall: boolean; reviewers: Set<string> } {
  const { open_overall, open_per_reviewer } = settings;
  const reviewers = [...open.by_reviewer]
    .filter(([, count]) => open_per_reviewer !== null && count > open_per_reviewer)
    .map(([id]) => id);
  return { overall: open_overall !== null && open.overall > open_overall, reviewers: new Set(reviewers) };
}

/** One step up from `base` for each whole `old_after_hours` that it waits; never down. Pure, so doing it twice does it once. */
export function raisedPriority(
  request: { base: Priority; now: Priority; waited_hours: number },
  settings: Pick<BacklogSettings, "old_after_hours">,
): Priority {
  const steps = Math.floor(request.waited_hours / settings.old_after_hours);
  const place = Math.max(PRIORITIES.indexOf(request.base) + steps, PRIORITIES.indexOf(request.now));
  return PRIORITIES[Math.min(place, PRIORITIES.length - 1)]!;
}

/** What the policy looks at before it lets a change pass without a person. */
export type BacklogCandidate = {
  readonly risk_level: string | null;
  readonly revision: number;
  readonly drifts: number;
  readonly resubmitted_from: string | null;
  readonly waited_hours: number;
  /** Answers on this revision, in any status but PENDING. */
  readonly answers: number;
  /** By the same author, or by agents of the same owner, in the last hour. */
  readonly passed_in_last_hour: number;
};

/**
 * Whether a change may pass by the backlog policy: only where an admin switched it on, only LOW risk as the server
 * scored it, only what was never edited, never drifted and is no second try of something returned, only what waits for
 * long, where nobody has answered, and only so many of one author and hour. Pure.
 */
export function mayPass(candidate: BacklogCandidate, settings: BacklogSettings): boolean {
  const { enabled, per_author_and_hour } = settings.auto_approve;
  return (
    enabled &&
    candidate.risk_level === "LOW" &&
    candidate.revision === 1 &&
    candidate.drifts === 0 &&
    candidate.resubmitted_from === null &&
    candidate.answers === 0 &&
    candidate.waited_hours >= settings.old_after_hours &&
    candidate.passed_in_last_hour < per_author_and_hour
  );
}
