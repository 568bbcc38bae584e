import { useInfiniteQuery } from "@tanstack/react-query";
import { Minus, Plus } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Ago, Moment } from "#components/ui/time.tsx";
import { Who } from "#components/who.tsx";
import { diffLines } from "#features/task/line-diff.ts";
import { agentQueries } from "../queries.ts";
import { fieldLines, fieldName } from "./field-words.ts";

/** Every version of the settings, newest first: who, when, by which task, and what is different. */
export function ConfigHistory({ agentId }: { agentId: string }) {
  const query = useInfiniteQuery(agentQueries.history(agentId));
  return (
    <Resolved query={query} what="The history" loading={<SkeletonRows rows={4} />}>
      {({ pages }) => (
        <>
          <ol aria-label="Versions, newest first" className="flex flex-col gap-3">
            {pages
              .flatMap(({ changes }) => changes)
              .map((change) => (
                <li key={change.version} className="card px-3.5 py-3">
                  <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <h3 className="num font-semibold">Version {change.version}</h3>
                    <Who
                      name={change.by.name}
                      kind={change.by.kind}
                      id={change.by.id}
                      className="text-ink-2"
                    />
                    <span className="text-xs text-ink-3">
                      <Moment at={change.at} /> (<Ago at={change.at} />)
                    </span>
                    {change.task_id && (
                      <Link href={`/tasks/${change.task_id}`} className="link ml-auto text-xs">
                        reviewed as a task
                      </Link>
                    )}
                  </div>
                  {change.fields.length === 0 && <p className="mt-1 text-ink-3">As it was made.</p>}
                  {change.fields.map(({ field, before, after }) => (
                    <FieldDiff key={field} field={field} before={before} after={after} />
                  ))}
                </li>
              ))}
          </ol>
          {query.hasNextPage && (
            <div className="grid place-items-center pt-3">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Load older
              </Button>
            </div>
          )}
        </>
      )}
    </Resolved>
  );
}

function FieldDiff({ field, before, after }: { field: string; before: unknown; after: unknown }) {
  const lines = diffLines(fieldLines(field, before), fieldLines(field, after));
  return (
    <div className="mt-2">
      <h4 className="caption mb-0.5">{fieldName(field)}</h4>
      <ul className="overflow-hidden rounded-md border border-line font-mono text-xs">
        {lines.map((line, place) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text, told by their place
            key={place}
            className={
              line.kind === "add"
                ? "flex gap-1.5 bg-diff-add px-2"
                : line.kind === "remove"
                  ? "flex gap-1.5 bg-diff-remove px-2"
                  : "flex gap-1.5 px-2 text-ink-3"
            }
          >
            {line.kind === "add" ? (
              <Plus size={11} aria-label="New:" className="mt-1 shrink-0" />
            ) : line.kind === "remove" ? (
              <Minus size={11} aria-label="Gone:" className="mt-1 shrink-0" />
            ) : (
              <span aria-hidden className="w-2.75 shrink-0" />
            )}
            <span className="min-w-0 break-words whitespace-pre-wrap">
              {line.kind === "gap" ? "…" : line.text}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
