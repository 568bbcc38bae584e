import clsx from "clsx";
import { User } from "lucide-react";
import { memo } from "react";
import { Link } from "#components/link.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Ago } from "#components/ui/time.tsx";
import { AgentActions, AgentMenu, FavouriteButton } from "./agent-actions.tsx";
import type { AgentCard as Card } from "./agent-types.ts";
import { Capacity } from "./capacity.tsx";
import { Health, Heartbeat } from "./health.tsx";
import { Initials } from "./initials.tsx";
import { Sparkline } from "./sparkline.tsx";

/** Heights in pixels: every card of a form has the same, so that a thousand of them scroll. */
export const FULL_PX = 260;
export const COMPACT_PX = 54;
export const NARROW_PX = 84;

type Props = { card: Card; mayManage: boolean };

/** The name opens the agent; its click area is the whole card. */
function Name({ card }: { card: Card }) {
  return (
    <Link
      href={`/agents/${card.id}`}
      data-row
      title={card.name}
      className="block max-w-full truncate text-left text-base font-semibold after:absolute after:inset-0 after:rounded-[inherit] focus-visible:outline-none! focus-visible:after:outline-2 focus-visible:after:outline-accent"
    >
      {card.name}
    </Link>
  );
}

function Owner({ name }: { name: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5" title={`${name} answers for it`}>
      <User size={13} role="img" aria-label="Owner" className="shrink-0 text-ink-3" />
      <span className="truncate">{name}</span>
    </span>
  );
}

function Tags({ tags, max, className }: { tags: readonly string[]; max: number; className?: string }) {
  const more = tags.length - max;
  return (
    <ul aria-label="Tagged" title={tags.join(", ")} className={clsx("flex min-w-0 gap-1", className)}>
      {tags.slice(0, max).map((tag) => (
        <li key={tag} className="truncate rounded-sm bg-sunken px-1.5 text-2xs leading-4.5 text-ink-2">
          {tag}
        </li>
      ))}
      {more > 0 && (
        <li className="num shrink-0 text-2xs leading-4.5 text-ink-3">
          +{more}
          <span className="sr-only"> more: {tags.slice(max).join(", ")}</span>
        </li>
      )}
    </ul>
  );
}

type Work = NonNullable<Card["current_task"]>;

function TaskLink({ task }: { task: Pick<Work, "title"> & { id: string } }) {
  return (
    <Link
      href={`/tasks/${task.id}`}
      title={task.title}
      className="relative block min-w-0 truncate leading-6 hover:text-accent hover:underline"
    >
      {task.title}
    </Link>
  );
}

/** What it works on, and what it ended last. */
function Works({ card }: { card: Card }) {
  const { current_task, last_run } = card;
  return (
    <dl className="grid grid-cols-[2.25rem_minmax(0,1fr)] gap-x-2 text-xs leading-6">
      <dt className="text-ink-3">Now</dt>
      <dd className="flex min-w-0 items-center gap-2">
        {current_task ? (
          <>
            <TaskLink task={current_task} />
            <span className="ml-auto shrink-0">
              <TaskState state={current_task.state} plain />
            </span>
          </>
        ) : (
          <span className="text-ink-3">nothing</span>
        )}
      </dd>
      <dt className="text-ink-3">Last</dt>
      <dd className="flex min-w-0 items-center gap-2">
        {last_run ? (
          <>
            <TaskLink task={{ id: last_run.task_id, title: last_run.title }} />
            <Ago at={last_run.at} bare className="ml-auto shrink-0 text-ink-3" />
          </>
        ) : (
          <span className="text-ink-3">no run yet</span>
        )}
      </dd>
    </dl>
  );
}

/** The full card. */
export const FullCard = memo(function FullCard({ card, mayManage }: Props) {
  return (
    <article className="card relative flex h-full flex-col gap-2.5 p-3.5 transition-colors duration-(--quick) hover:border-line-strong hover:shadow-control">
      <div className="flex items-center gap-3">
        <Initials name={card.name} />
        <div className="min-w-0 flex-1">
          <h2>
            <Name card={card} />
          </h2>
          <p className="flex text-xs text-ink-2">
            <Owner name={card.owner_name} />
          </p>
        </div>
        <span className="relative -mr-1.5 -ml-2">
          <FavouriteButton agent={card} />
        </span>
      </div>
      <div className="flex h-5 items-center gap-2">
        <Health status={card.status} />
        {card.tags.length > 0 ? (
          <Tags tags={card.tags} max={3} />
        ) : (
          <span className="truncate text-xs text-ink-3">{card.description}</span>
        )}
      </div>
      <Capacity
        active={card.capacity.active_tasks}
        max={card.capacity.max_tasks}
        className="text-xs text-ink-2"
      />
      <Sparkline samples={card.sparkline} />
      <Works card={card} />
      <div className="-mx-3.5 -mb-3.5 mt-auto flex min-h-11 items-center justify-between gap-2 border-t border-line py-1.5 pr-2 pl-3.5 text-xs text-ink-2">
        <Heartbeat at={card.last_heartbeat_at} />
        {mayManage && (
          <span className="relative">
            <AgentActions agent={card} />
          </span>
        )}
      </div>
    </article>
  );
});

/** The same as one line; over two where it is narrow. */
export const CompactCard = memo(function CompactCard({ card, mayManage }: Props) {
  return (
    <article className="relative flex h-full items-center gap-3 border-b border-line pr-2 pl-3 hover:bg-hover @max-xl:grid @max-xl:grid-cols-[2rem_minmax(0,1fr)_auto_auto] @max-xl:content-center @max-xl:gap-x-2.5 @max-xl:gap-y-1 @max-xl:pr-3">
      <Initials name={card.name} className="size-8!" />
      <div className="min-w-0 flex-1">
        <h2>
          <Name card={card} />
        </h2>
        <p className="truncate text-xs text-ink-3">
          {card.current_task ? (
            card.current_task.title
          ) : card.last_run ? (
            <>
              Last: {card.last_run.title}, <Ago at={card.last_run.at} />
            </>
          ) : (
            card.description || card.owner_name
          )}
        </p>
      </div>
      <Tags tags={card.tags} max={2} className="hidden w-32 shrink-0 @[76rem]:flex" />
      <span className="hidden w-28 shrink-0 text-xs text-ink-2 @[66rem]:block">
        <Owner name={card.owner_name} />
      </span>
      <Sparkline samples={card.sparkline} className="hidden w-32! shrink-0 @3xl:block" />
      <Capacity
        active={card.capacity.active_tasks}
        max={card.capacity.max_tasks}
        className="w-32 shrink-0 text-xs text-ink-2 @max-xl:col-start-2 @max-xl:row-start-2 @max-xl:w-auto"
      />
      <span className="w-28 shrink-0 text-right text-xs text-ink-2 @max-xl:col-start-3 @max-xl:row-start-2 @max-xl:w-auto">
        <Heartbeat at={card.last_heartbeat_at} />
      </span>
      <span className="flex w-24 shrink-0 justify-end @max-xl:col-start-3 @max-xl:row-start-1 @max-xl:w-auto">
        <Health status={card.status} />
      </span>
      <span className="relative flex shrink-0 items-center @max-xl:hidden">
        <FavouriteButton agent={card} />
        <span className="flex w-16 justify-end">{mayManage && <AgentActions agent={card} />}</span>
      </span>
      <span className="relative hidden @max-xl:col-start-4 @max-xl:row-span-2 @max-xl:row-start-1 @max-xl:-mr-2 @max-xl:block">
        <AgentMenu agent={card} mayManage={mayManage} />
      </span>
    </article>
  );
});

/** In the place of a card that is on its way. */
export function CardSkeleton({ isFull }: { isFull: boolean }) {
  return (
    <div
      aria-hidden
      className={clsx(
        "flex h-full gap-3",
        isFull ? "card flex-col p-3.5" : "items-center border-b border-line px-3",
      )}
    >
      <span className="flex w-full items-center gap-3">
        <span className="skeleton size-9 shrink-0" />
        <span className="flex flex-1 flex-col gap-1.5">
          <span className="skeleton h-3 w-1/2" />
          <span className="skeleton h-2.5 w-4/5" />
        </span>
      </span>
      {isFull && (
        <>
          <span className="skeleton h-4 w-20" />
          <span className="skeleton h-2 w-full" />
          <span className="skeleton h-5 w-full" />
          <span className="skeleton h-3 w-2/5" />
        </>
      )}
    </div>
  );
}
