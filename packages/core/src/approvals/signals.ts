import type { ReviewerSignal } from "./schema.ts";

/** An answer as the signals see it, of one reviewer. */
export type GivenAnswer = {
  action: string;
  asked_at: Date;
  answered_at: Date;
  /** Added and removed lines of the diff that was answered. */
  changed_lines: number;
  /** Hour of the day, 0-23, by the clock that nights are counted by. */
  hour: number;
};

/** The stated formulas. They are signals to be asked about, no verdicts. */
const SIGNAL_RULES = {
  /** Nobody opens, reads and answers in less, and nobody reads more than two changed lines a second. */
  reading_seconds: { least: 5, a_line: 0.5, most: 300 },
  unread: { approvals: 5, share: 0.2 },
  always_yes: { answers: 20, share: 0.98 },
  /** Answers that follow each other within this are one sitting. */
  sitting_gap_seconds: 600,
  long_sitting: { answers: 40 },
  night: { from_hour: 22, to_hour: 6, answers: 10 },
} as const;

export type ReviewerHabits = {
  answers: number;
  approvals: number;
  /** Approvals that came faster than their diff can be read. */
  unread: number;
  longest_sitting: number;
  longest_night: number;
  signals: ReviewerSignal[];
};

/** Seconds that reading a diff of so many changed lines takes at the very least. */
export function readingSeconds(changedLines: number): number {
  const { least, a_line, most } = SIGNAL_RULES.reading_seconds;
  return Math.min(most, least + a_line * changedLines);
}

/**
 * What one reviewer's answers look like from outside. The time that somebody can have spent on an answer is at most that
 * since they were asked, and at most that since their own answer before: where even this is shorter than reading
 * takes, the diff was not read. `answers` in any order. Pure.
 */
export function habitsOf(answers: readonly GivenAnswer[]): ReviewerHabits {
  const sorted = [...answers].sort((a, b) => a.answered_at.getTime() - b.answered_at.getTime());
  const approvals = sorted.filter(({ action }) => action === "approve").length;
  const unread = sorted.filter(
    (answer, index) => answer.action === "approve" && isUnread(answer, sorted[index - 1]),
  ).length;
  const habits = {
    answers: sorted.length,
    approvals,
    unread,
    longest_sitting: longestRun(sorted, () => true),
    longest_night: longestRun(sorted, ({ hour }) => isNight(hour)),
  };
  return { ...habits, signals: signalsOf(habits) };
}

function isUnread(answer: GivenAnswer, before: GivenAnswer | undefined): boolean {
  const since = Math.max(answer.asked_at.getTime(), before?.answered_at.getTime() ?? 0);
  return (answer.answered_at.getTime() - since) / 1000 < readingSeconds(answer.changed_lines);
}

function isNight(hour: number): boolean {
  return hour >= SIGNAL_RULES.night.from_hour || hour < SIGNAL_RULES.night.to_hour;
}

function longestRun(sorted: readonly GivenAnswer[], counts: (answer: GivenAnswer) => boolean): number {
  let longest = 0;
  let run = 0;
  let before: GivenAnswer | undefined;
  for (const answer of sorted) {
    const gap = before ? (answer.answered_at.getTime() - before.answered_at.getTime()) / 1000 : 0;
    run = counts(answer) ? (gap <= SIGNAL_RULES.sitting_gap_seconds ? run + 1 : 1) : 0;
    longest = Math.max(longest, run);
    before = answer;
  }
  return longest;
}

function signalsOf(habits: Omit<ReviewerHabits, "signals">): ReviewerSignal[] {
  const { answers, approvals, unread, longest_sitting, longest_night } = habits;
  const { unread: fast, always_yes, long_sitting, night } = SIGNAL_RULES;
  const signals: ReviewerSignal[] = [];
  if (unread >= fast.approvals && unread >= fast.share * approvals) {
    const text = `${unread} of ${approvals} approvals came faster than their diff can be read`;
    signals.push({ kind: "unread", text });
  }
  if (answers >= always_yes.answers && approvals >= always_yes.share * answers) {
    const text = `${approvals} of ${answers} answers were approvals`;
    signals.push({ kind: "always_yes", text });
  }
  if (longest_night >= night.answers) {
    const text = `${longest_night} answers in one sitting between ${night.from_hour}:00 and ${night.to_hour}:00`;
    signals.push({ kind: "night", text });
  }
  if (longest_sitting >= long_sitting.answers) {
    signals.push({ kind: "long_sitting", text: `${longest_sitting} answers in one sitting` });
  }
  return signals;
}

/** The formulas in words, beside the figures that they make. */
export function signalRules(): string[] {
  const { reading_seconds, unread, always_yes, night, long_sitting, sitting_gap_seconds } = SIGNAL_RULES;
  const { least, a_line, most } = reading_seconds;
  const minutes = sitting_gap_seconds / 60;
  return [
    `Reading takes ${least} s and ${a_line} s for each changed line, at most ${most} s. An approval is faster than reading where less has passed since its request, and since the same person's answer before.`,
    `Told from ${unread.approvals} such approvals on, where they are ${100 * unread.share} % or more of all.`,
    `Nearly always yes: ${100 * always_yes.share} % approvals or more, of ${always_yes.answers} answers or more.`,
    `A sitting is answers that follow each other within ${minutes} minutes. Told from ${night.answers} on at night (${night.from_hour}:00 to ${night.to_hour}:00 by your clock), from ${long_sitting.answers} on by day.`,
  ];
}
