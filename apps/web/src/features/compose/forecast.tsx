import type { Simulation } from "@ade/core/gate/schema";
import type { UseQueryResult } from "@tanstack/react-query";
import clsx from "clsx";
import { CircleCheckBig, Lock, LockOpen } from "lucide-react";
import { Part } from "#features/task/facts.tsx";
import { HeldBy } from "#features/task/held-by.tsx";
import { Notes } from "#features/task/notes.tsx";
import { RiskFactors } from "#features/task/risk-factors.tsx";
import { toProblem } from "#lib/problem.ts";
import { refusalWords } from "./refusal-words.ts";

/** What would happen to the draft, while it is written: risk, who is asked and why, locks. */
export function Forecast({ query, ready }: { query: UseQueryResult<Simulation>; ready: boolean }) {
  const { data, error, isPlaceholderData } = query;
  const problem = error ? toProblem(error) : null;
  if (!ready) {
    return (
      <p className="text-ink-3">
        Choose a type and at least one resource: risk and reviewers appear here as you write.
      </p>
    );
  }
  if (!data) {
    return problem ? (
      <Notes tone="warn" notes={refusalWords(problem)} />
    ) : (
      <div role="status" aria-label="Working it out" className="flex flex-col gap-3">
        <div className="skeleton h-24" />
        <div className="skeleton h-32" />
      </div>
    );
  }
  return (
    <div
      aria-live="polite"
      aria-busy={isPlaceholderData}
      className={clsx("flex flex-col gap-6", isPlaceholderData && "opacity-70")}
    >
      {problem && <Notes tone="warn" notes={refusalWords(problem)} />}
      <Part title="Risk">
        <RiskFactors risk={data.risk} />
      </Part>
      <Part
        title="Who will have to approve"
        note={
          !data.auto_approvable && (
            <span className="num">
              {!data.required_approvals_exact && "up to "}
              {data.required_approvals} {data.required_approvals === 1 ? "person" : "people"}
            </span>
          )
        }
      >
        {data.auto_approvable && (
          <p className="flex gap-2 rounded-lg border border-good-line bg-good-soft px-3 py-2 text-good">
            <CircleCheckBig size={15} aria-hidden className="mt-0.5 shrink-0" /> Nobody: every policy that
            matches waives review.
          </p>
        )}
        <Notes tone="bad" notes={data.problems} />
        <ul className="card divide-y divide-line">
          {data.requirements.map((requirement) => (
            <li key={requirement.id} className="px-3 py-2">
              <p className="flex items-baseline gap-2">
                <span className="min-w-0 flex-1 truncate font-medium">{requirement.policy_name}</span>
                <span className="num text-xs whitespace-nowrap text-ink-2">
                  {requirement.auto_approved
                    ? "waived"
                    : `${requirement.min_approvers} of ${requirement.open ? "any reviewer" : requirement.candidates.length}`}
                </span>
              </p>
              <p className="text-xs text-ink-3">{requirement.why}</p>
              {requirement.required_roles.length > 0 && (
                <p className="text-xs text-ink-3">
                  and one each of {requirement.required_roles.map(({ name }) => name).join(", ")}
                </p>
              )}
            </li>
          ))}
        </ul>
        {data.reviewers.length > 0 && (
          <p className="text-xs text-ink-3">
            Asked: <span className="text-ink-2">{data.reviewers.map(({ name }) => name).join(", ")}</span>
          </p>
        )}
      </Part>
      {data.held_by && <HeldBy held={data.held_by} />}
      {data.locks.length > 0 && (
        <Part title="Locks it will take">
          <ul className="flex flex-col gap-1">
            {data.locks.map((lock) => (
              <li key={lock.key} className="flex items-baseline gap-2">
                {lock.holder ? (
                  <Lock size={12} aria-hidden className="shrink-0 self-center text-warn" />
                ) : (
                  <LockOpen size={12} aria-hidden className="shrink-0 self-center text-ink-3" />
                )}
                <code className="min-w-0 flex-1 text-xs break-all">{lock.key}</code>
                <span className="text-xs text-ink-3">
                  {lock.holder ? `held by ${lock.holder}` : lock.mode}
                </span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Notes tone="warn" notes={data.warnings} />
      {data.affected_services.length > 0 && (
        <p className="text-xs text-ink-3">
          Affects <span className="text-ink-2">{data.affected_services.join(", ")}</span>
        </p>
      )}
    </div>
  );
}
