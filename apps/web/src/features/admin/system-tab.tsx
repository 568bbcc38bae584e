import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { CircleAlert, CircleCheck, LogOut, ServerCrash } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { Part } from "#features/task/facts.tsx";
import type { Outputs } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { useTicking } from "#lib/server-time.ts";

type Status = Outputs["system"]["status"];

/** A worker says that it lives every few seconds; silent for longer, it counts as gone (as in the API's readiness). */
const WORKER_GONE_SECONDS = 30;

const PARTS: Record<keyof Status["parts"], { name: string; means: string }> = {
  postgresql: { name: "PostgreSQL", means: "Keeps tasks, approvals and the ledger." },
  redis: { name: "Redis", means: "Keeps locks and carries live events." },
  migrations: { name: "Migrations", means: "The database has the shape that this version needs." },
  first_admin: { name: "First admin", means: "Somebody can administer." },
  worker: { name: "Workers", means: "Apply what was approved." },
};

/** Which parts are up, told again every five seconds, and the workers one by one. */
export function SystemTab() {
  const query = useQuery(queries.system());
  return (
    <Resolved query={query} what="The system's health" loading={<SystemSkeleton />}>
      {({ parts, workers }) => (
        <div className="flex flex-col gap-7">
          <Overall parts={parts} />
          <ul aria-label="Parts" className="grid gap-3 @lg:grid-cols-2 @2xl:grid-cols-3 @4xl:grid-cols-5">
            {(Object.keys(PARTS) as (keyof Status["parts"])[]).map((id) => (
              <PartCard key={id} {...PARTS[id]} part={parts[id]} />
            ))}
          </ul>
          <Part title="Workers" note={<span className="num">{workers.length} known</span>}>
            {workers.length === 0 ? (
              <p className="card px-4 py-3 text-ink-2">
                None has been seen. Approved tasks wait until one starts: <code>npm start</code> starts one
                with the rest.
              </p>
            ) : (
              <ul aria-label="Workers" className="card divide-y divide-line overflow-hidden">
                {workers.map((worker) => (
                  <WorkerRow key={worker.id} worker={worker} />
                ))}
              </ul>
            )}
          </Part>
        </div>
      )}
    </Resolved>
  );
}

function Overall({ parts }: Pick<Status, "parts">) {
  const down = (Object.keys(PARTS) as (keyof Status["parts"])[]).filter((id) => !parts[id].ok);
  if (down.length === 0) {
    return (
      <p
        role="status"
        className="flex items-center gap-2 rounded-lg border border-good-line bg-good-soft px-4 py-3 font-medium text-good"
      >
        <CircleCheck size={16} aria-hidden className="shrink-0" /> Every part answers.
      </p>
    );
  }
  return (
    <p
      role="status"
      className="flex items-center gap-2 rounded-lg border border-bad-line bg-bad-soft px-4 py-3 font-medium text-bad"
    >
      <ServerCrash size={16} aria-hidden className="shrink-0" />
      Needs a look: {down.map((id) => PARTS[id].name).join(", ")}
    </p>
  );
}

function PartCard({ name, means, part }: { name: string; means: string; part: Status["parts"]["redis"] }) {
  return (
    <li className="card flex flex-col gap-1 p-3.5">
      <span className="flex items-center gap-2">
        <span className="flex-1 text-base font-semibold">{name}</span>
        <Badge
          tone={part.ok ? "good" : "bad"}
          icon={part.ok ? <CircleCheck size={12} aria-hidden /> : <CircleAlert size={12} aria-hidden />}
        >
          {part.ok ? "Up" : "Down"}
        </Badge>
      </span>
      <span className="text-xs text-ink-3">{means}</span>
      <span
        className={clsx(
          "mt-auto block pt-1 first-letter:uppercase",
          part.ok ? "text-ink-2" : "font-medium text-bad",
        )}
      >
        {part.detail}
      </span>
    </li>
  );
}

function WorkerRow({ worker }: { worker: Status["workers"][number] }) {
  const isGone = useTicking((now) => now - Date.parse(worker.last_seen_at) > WORKER_GONE_SECONDS * 1000);
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5">
      <code className="min-w-0 flex-1 basis-40 truncate text-xs" title={worker.id}>
        {worker.id}
      </code>
      <span className="num text-xs text-ink-2">
        {worker.active_tasks === 1 ? "1 task" : `${worker.active_tasks} tasks`}
      </span>
      <span className="text-xs text-ink-3">
        since <Moment at={worker.started_at} />
      </span>
      <span className="text-xs text-ink-2">
        seen <Ago at={worker.last_seen_at} />
      </span>
      {isGone ? (
        <Badge icon={<LogOut size={12} aria-hidden />}>Gone</Badge>
      ) : worker.draining ? (
        <Badge tone="warn" icon={<LogOut size={12} aria-hidden />}>
          Draining
        </Badge>
      ) : (
        <Badge tone="good" icon={<CircleCheck size={12} aria-hidden />}>
          Up
        </Badge>
      )}
    </li>
  );
}

function SystemSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-7">
      <span className="skeleton h-11" />
      <div className="grid gap-3 @lg:grid-cols-2 @2xl:grid-cols-3 @4xl:grid-cols-5">
        {Array.from({ length: 5 }, (_, card) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cards without content, always the same
          <span key={card} className="skeleton h-24" />
        ))}
      </div>
    </div>
  );
}
