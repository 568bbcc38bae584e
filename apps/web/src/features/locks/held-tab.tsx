import type { Lock } from "@ade/core/locks/schema";
import { LockOpen, SearchX } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { useMedia } from "#lib/media.ts";
import { toProblem } from "#lib/problem.ts";
import { useRowKeys } from "#lib/row-keys.ts";
import type { useUrlState } from "#lib/url-state.ts";
import { filterOf } from "./lock-filter.ts";
import { LockFilters } from "./lock-filters.tsx";
import { LockTable } from "./lock-table.tsx";
import { StoreAway } from "./store-away.tsx";
import { useLockPages } from "./use-lock-pages.ts";
import type { Names } from "./use-names.ts";

type Props = {
  url: ReturnType<typeof useUrlState>;
  names: Names;
  /** Nothing can be asked of it, and nothing done to it. */
  isStoreAway: boolean;
  openKey: string;
  onOpen: (key: string) => void;
  onRelease: (lock: Lock) => void;
};

/** Who holds what, for how long still, and how many wait for it. */
export function HeldTab({ url, names, isStoreAway, openKey, onOpen, onRelease }: Props) {
  const isCard = useMedia("(max-width: 40rem)");
  const list = useRef<HTMLDivElement>(null);
  const [isStill, setStill] = useState(false);
  const [kind, key, holder] = [url.text("kind"), url.text("q"), url.text("holder")];
  const filter = useMemo(
    () => filterOf({ kind, key, holder }, names.idOfName),
    [kind, key, holder, names.idOfName],
  );
  const isFiltered = Object.keys(filter).length > 0;
  const pages = useLockPages(filter, isStill);
  const { rows, heldBack, gone } = pages;
  useRowKeys(list);
  const clear = () => url.set({ kind: null, q: null, holder: null });
  const waits = heldBack + gone;

  return (
    <>
      <LockFilters url={url} names={names} />
      <section
        id="content"
        tabIndex={-1}
        aria-label="Held locks"
        className="relative flex min-h-0 flex-1 flex-col outline-none!"
      >
        {pages.isRead && rows.length > 0 ? (
          <LockTable
            ref={list}
            rows={rows}
            total={pages.total}
            isCard={isCard}
            openKey={openKey}
            names={names}
            isStoreAway={isStoreAway}
            onOpen={onOpen}
            onRelease={onRelease}
            onView={pages.onView}
            onStill={setStill}
          />
        ) : pages.isRead ? (
          <NothingHeld isFiltered={isFiltered} clear={clear} />
        ) : isStoreAway ? (
          <StoreAway />
        ) : pages.error && isFiltered && toProblem(pages.error).status === 400 ? (
          <PageState
            icon={SearchX}
            title="That is no key"
            action={<Button onClick={clear}>Clear filters</Button>}
          >
            {toProblem(pages.error).message}
          </PageState>
        ) : pages.error ? (
          <ProblemState error={pages.error} what="The locks" retry={pages.retry} />
        ) : (
          <SkeletonRows rows={16} className="flex-1 overflow-hidden" />
        )}
        <footer className="mt-auto flex h-8 shrink-0 items-center gap-4 border-t border-line bg-surface px-4 text-xs text-ink-3">
          <span className="flex items-center gap-3 max-sm:hidden">
            {(
              [
                ["j", "next"],
                ["enter", "open"],
                ["/", "filter"],
              ] as const
            ).map(([keys, word]) => (
              <span key={keys} className="flex items-center gap-1">
                <Kbd keys={keys} /> {word}
              </span>
            ))}
          </span>
          {waits > 0 && (
            <Button size="small" look="plain" onClick={() => setStill(false)} className="ml-auto">
              <span className="num">
                {[heldBack > 0 && `${heldBack} new`, gone > 0 && `${gone} released`]
                  .filter(Boolean)
                  .join(", ")}
              </span>
              · show
            </Button>
          )}
          <span className={`num shrink-0 ${waits > 0 ? "" : "ml-auto"}`}>
            {pages.isRead && totalText(rows.length, pages.total, pages.isExact)}
          </span>
        </footer>
      </section>
    </>
  );
}

function totalText(shown: number, total: number, isExact: boolean): string {
  const count = `${total.toLocaleString("en")}${isExact ? "" : "+"}`;
  return shown < total ? `${shown.toLocaleString("en")} of ${count} loaded` : `${count} in all`;
}

function NothingHeld({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  return isFiltered ? (
    <PageState
      icon={SearchX}
      title="No lock fits the filter"
      action={<Button onClick={clear}>Clear filters</Button>}
    >
      Keys and holders are compared as a whole.
    </PageState>
  ) : (
    <PageState icon={LockOpen} title="Nothing is locked">
      A worker takes a task's locks right before it applies it, and gives them back right after. They appear
      here by themselves.
    </PageState>
  );
}
