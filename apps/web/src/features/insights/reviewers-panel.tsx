import type { ReviewerInsights } from "@ade/core/views/insights/schema";
import { useQuery } from "@tanstack/react-query";
import { Eye, Info } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { useMe } from "#lib/session.ts";
import { StackedBars } from "./charts.tsx";
import { Drawn, Figures, InsightCard, PanelSkeleton, percent, Rows, took } from "./insight-parts.tsx";
import { insightQueries } from "./insight-queries.ts";
import type { PanelProps } from "./insights-page.tsx";

type Reviewer = ReviewerInsights["reviewers"][number];

/** Load and habits: everybody's for an admin, one's own beside the sum for everybody else. */
export function ReviewersPanel({ range }: PanelProps) {
  const me = useMe();
  const query = useQuery(insightQueries.reviewers(range));
  const isAdmin = me?.roles.includes("admin") ?? false;
  return (
    <Resolved query={query} what="The reviewers" loading={<PanelSkeleton />}>
      {({ total, reviewers, rules, truncated }) => (
        <>
          <Figures
            figures={[
              { name: "Open now", value: String(total.open), note: `${total.overdue} overdue` },
              { name: "Answered", value: String(total.answers) },
              { name: "Median answer", value: took(total.median_seconds), note: "since they were asked" },
              { name: "Approvals", value: percent(total.answers ? total.approvals / total.answers : null) },
              {
                name: "Faster than reading",
                value: percent(total.approvals ? total.unread / total.approvals : null),
                note: "of the approvals",
              },
            ]}
          />
          {truncated && (
            <p className="text-ink-3">Only the newest 20,000 answers of this time are looked at.</p>
          )}
          <InsightCard
            title={isAdmin ? "Reviewers" : "You"}
            note={
              isAdmin
                ? "Signals are questions to ask, no verdicts"
                : "Only you and admins see this line; the figures above are of everybody"
            }
          >
            {reviewers.length === 0 ? (
              <p className="text-ink-2">
                {isAdmin ? "Nobody was asked in this time." : "You were not asked in this time."}
              </p>
            ) : (
              <>
                {isAdmin && (
                  <Drawn
                    label="Open and answered requests of each reviewer"
                    table={<ReviewerRows reviewers={reviewers} />}
                  >
                    <StackedBars
                      rows={reviewers.map(({ name, answers, open }) => ({ name, answers, open }))}
                      x="name"
                      series={[
                        { key: "answers", name: "Answered", color: "var(--accent)" },
                        { key: "open", name: "Open", color: "var(--warn-fill)" },
                      ]}
                    />
                  </Drawn>
                )}
                {!isAdmin && <ReviewerRows reviewers={reviewers} />}
                <ul aria-label="Signals" className="flex flex-col gap-1.5 empty:hidden">
                  {reviewers.flatMap(({ id, name, signals }) =>
                    signals.map((signal) => (
                      <li key={id + signal.kind} className="flex flex-wrap items-center gap-2">
                        <Badge tone="warn" icon={<Eye size={12} aria-hidden />}>
                          Signal
                        </Badge>
                        <span className="font-medium">{name}</span>
                        <span className="text-ink-2">{signal.text}</span>
                      </li>
                    )),
                  )}
                </ul>
              </>
            )}
          </InsightCard>
          <InsightCard title="How signals are counted">
            <ul className="flex flex-col gap-1 text-ink-2">
              {rules.map((rule) => (
                <li key={rule} className="flex gap-2">
                  <Info size={13} aria-hidden className="mt-1 shrink-0 text-ink-3" /> {rule}
                </li>
              ))}
            </ul>
          </InsightCard>
        </>
      )}
    </Resolved>
  );
}

function ReviewerRows({ reviewers }: { reviewers: readonly Reviewer[] }) {
  return (
    <Rows
      label="Reviewers"
      rows={reviewers}
      keyOf={({ id }) => id}
      columns={[
        { name: "Reviewer", of: ({ name }) => name, isText: true },
        { name: "Open", of: ({ open }) => open },
        { name: "Overdue", of: ({ overdue }) => overdue },
        { name: "Answered", of: ({ answers }) => answers },
        { name: "Approvals", of: ({ approvals, answers }) => percent(answers ? approvals / answers : null) },
        { name: "Median answer", of: ({ median_seconds }) => took(median_seconds) },
        { name: "Faster than reading", of: ({ unread }) => unread },
        { name: "Longest sitting", of: ({ longest_sitting }) => longest_sitting },
        { name: "At night", of: ({ longest_night }) => longest_night },
      ]}
    />
  );
}
