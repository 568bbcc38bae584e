import type { Effect, WhatIf } from "@ade/core/policies/schema";
import type { UseQueryResult } from "@tanstack/react-query";
import clsx from "clsx";
import { ArrowRight, CircleCheck, CircleSlash, Snowflake, UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { Part } from "#features/task/facts.tsx";
import { toProblem } from "#lib/problem.ts";
import { effectWords } from "./effect-words.ts";

const SHOWN_FIRST = 8;

type Props = { query: UseQueryResult<WhatIf>; title?: string };

/** What the draft would have changed for the last tasks: in numbers, then task by task, before and after. */
export function PolicyEffect({ query, title = "On the last tasks" }: Props) {
  const { data, error, isPlaceholderData } = query;
  if (!data) {
    return (
      <Part title={title}>
        {error ? (
          <p className="text-ink-3">
            {toProblem(error).status === 400
              ? "What it would change shows here once the form is complete."
              : toProblem(error).message}
          </p>
        ) : (
          <div role="status" aria-label="Comparing" className="flex flex-col gap-2.5">
            <span className="skeleton h-4 w-4/5" />
            <span className="skeleton h-4 w-3/5" />
            <span className="skeleton h-16" />
          </div>
        )}
      </Part>
    );
  }
  return (
    <Part title={title} note={data.effect && <span className="num">{data.effect.tasks} compared</span>}>
      <div
        aria-live="polite"
        aria-busy={isPlaceholderData}
        className={clsx(
          "flex flex-col gap-3 transition-opacity duration-(--calm)",
          isPlaceholderData && "opacity-60",
        )}
      >
        {data.effect ? (
          <Compared effect={data.effect} />
        ) : (
          <p className="text-ink-3">Name a time zone first.</p>
        )}
      </div>
    </Part>
  );
}

function Compared({ effect }: { effect: Effect }) {
  const [all, setAll] = useState(false);
  const { changed } = effect;
  if (effect.tasks === 0) {
    return (
      <p className="text-ink-3">
        No task has been submitted yet. What it would do shows here once there are some.
      </p>
    );
  }
  const words = effectWords(effect);
  return (
    <>
      <ul className="flex flex-col gap-1">
        {words.map(({ text, tone }) => (
          <li
            key={text}
            className={clsx(
              "rounded-md border px-2.5 py-1.5 font-medium",
              tone === "bad" && "border-bad-line bg-bad-soft text-bad",
              tone === "warn" && "border-warn-line bg-warn-soft text-warn",
              tone === "plain" && "border-line bg-surface",
            )}
          >
            {text}
          </li>
        ))}
      </ul>
      {changed.length > 0 && (
        <ul
          aria-label="Tasks that change"
          className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface"
        >
          {(all ? changed : changed.slice(0, SHOWN_FIRST)).map((task) => (
            <ChangedTask key={task.id} task={task} />
          ))}
        </ul>
      )}
      {changed.length > SHOWN_FIRST && !all && (
        <Button size="small" onClick={() => setAll(true)} className="self-center">
          Show all {changed.length}
        </Button>
      )}
    </>
  );
}

function ChangedTask({ task }: { task: Effect["changed"][number] }) {
  return (
    <li className="flex flex-col gap-0.5 px-3 py-2">
      <p className="flex items-baseline gap-2">
        <Link href={`/tasks/${task.id}`} className="min-w-0 flex-1 truncate font-medium hover:underline">
          {task.title}
        </Link>
        <span className="num shrink-0 text-xs text-ink-3">
          risk {task.risk_score} · <Ago at={task.submitted_at} />
        </span>
      </p>
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-2">
        <Outcome standing={task.before} />
        <ArrowRight size={12} aria-label="becomes" className="shrink-0 text-ink-3" />
        <Outcome standing={task.after} />
      </p>
      {task.added.length > 0 && (
        <p className="flex gap-1.5 text-xs text-ink-3">
          <UserPlus size={12} aria-hidden className="mt-0.75 shrink-0" /> also asks {task.added.join(", ")}
        </p>
      )}
      {task.removed.length > 0 && (
        <p className="flex gap-1.5 text-xs text-ink-3">
          <UserMinus size={12} aria-hidden className="mt-0.75 shrink-0" /> no longer asks{" "}
          {task.removed.join(", ")}
        </p>
      )}
      {task.after.problem && <p className="text-xs text-bad">{task.after.problem}</p>}
    </li>
  );
}

function Outcome({ standing }: { standing: Effect["changed"][number]["before"] }) {
  return (
    <span className="inline-flex items-center gap-1">
      {standing.problem ? (
        <>
          <CircleSlash size={12} aria-hidden className="text-bad" /> never approved
        </>
      ) : standing.waived ? (
        <>
          <CircleCheck size={12} aria-hidden className="text-good" /> approves itself
        </>
      ) : (
        `${standing.required} of ${standing.asked} asked`
      )}
      {standing.held_by && (
        <>
          <Snowflake size={12} aria-hidden className="ml-1 text-accent" /> held by {standing.held_by}
        </>
      )}
    </span>
  );
}
