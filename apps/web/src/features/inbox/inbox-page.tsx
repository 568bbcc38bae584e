import type { InboxSection } from "@ade/core/views/schema";
import { ArrowUp } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { useWaitingCount } from "#components/shell/waiting-count.ts";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { useAway } from "#lib/connection.ts";
import { useKeys } from "#lib/keys.ts";
import { useMedia } from "#lib/media.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { usePreferences } from "#lib/preferences.ts";
import { useUrlState } from "#lib/url-state.ts";
import { FirstSteps } from "./first-steps.tsx";
import { conditionCount, filterOf } from "./inbox-filter.ts";
import { InboxFoot, InboxHead } from "./inbox-frame.tsx";
import { InboxList } from "./inbox-list.tsx";
import { InboxTools } from "./inbox-tools.tsx";
import { SECTIONS, SectionTabs } from "./section-tabs.tsx";
import { useDecisions } from "./use-decisions.ts";
import { useInbox } from "./use-inbox.ts";
import { useInboxKeys } from "./use-inbox-keys.ts";

const FilterChips = onDemand(() => import("./filter-chips.tsx").then((file) => file.FilterChips));
const InboxEmpty = onDemand(() => import("./inbox-empty.tsx").then((file) => file.InboxEmpty));
const ItemPanel = onDemand(() => import("./item-panel.tsx").then((file) => file.ItemPanel));
const DecisionDialogs = onDemand(() => import("./decision-dialogs.tsx").then((file) => file.DecisionDialogs));

/** The approval queue: the list on the left, what is being decided on the right. */
export function InboxPage() {
  const url = useUrlState();
  const section = SECTIONS.find(({ id }) => id === url.text("section"))?.id ?? "needs_you";
  const filter = filterOf(url);
  const openId = url.text("item");
  const isCard = useMedia("(max-width: 40rem)");
  const away = useAway();
  const waiting = useWaitingCount();
  const decisions = useDecisions();
  const { query, lines, held, counts, total, refresh } = useInbox(section, filter, decisions.taken);
  const isNew = usePreferences()?.first_steps ?? false;
  const [cursorId, setCursorId] = useState(openId);
  const list = useRef<HTMLDivElement>(null);

  const foundAt = lines.findIndex(({ row }) => row.task_id === cursorId);
  const lastPlace = useRef(0);
  if (foundAt >= 0) lastPlace.current = foundAt;
  const cursor = foundAt >= 0 ? foundAt : Math.min(lastPlace.current, lines.length - 1);
  const current = lines[cursor]?.row;

  const { set } = url;
  const open = useCallback(
    (id: string | null, how: "push" | "replace" = "replace") => {
      if (id) setCursorId(id);
      set({ item: id }, how);
    },
    [set],
  );
  const keys = useInboxKeys({
    lines,
    cursor,
    isOpen: openId !== "",
    away,
    decisions,
    open,
    setCursorId,
    refresh,
    list,
  });

  const choose = (next: InboxSection | undefined) =>
    next && set({ section: next === "needs_you" ? null : next, item: null }, "push");
  const place = SECTIONS.findIndex(({ id }) => id === section);
  useKeys({
    next_section: () => choose(SECTIONS[place + 1]?.id),
    previous_section: () => choose(SECTIONS[place - 1]?.id),
  });

  useEffect(() => {
    if (openId && current && openId !== current.task_id && foundAt < 0) open(current.task_id);
  }, [openId, current, foundAt, open]);

  return (
    <>
      <PageBar
        title="Inbox"
        tabNote={waiting ? String(waiting) : undefined}
        note={<SectionTabs current={section} counts={counts} onChoose={choose} />}
      >
        <InboxTools section={section} filter={filter} url={url} />
      </PageBar>
      {conditionCount(filter) > 0 && (
        <div className="h-9 shrink-0 border-b border-line bg-surface">
          <FilterChips section={section} filter={filter} set={set} />
        </div>
      )}
      <div className="flex min-h-0 flex-1">
        <section
          id="content"
          tabIndex={-1}
          aria-label="Queue"
          className="outline-none! @container/queue relative flex min-w-0 flex-1 flex-col"
        >
          {!isCard && <InboxHead section={section} />}
          {held > 0 && (
            <button
              type="button"
              onClick={refresh}
              className="rise absolute top-0.5 left-1/2 z-10 flex h-6 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-3 text-xs font-medium text-accent-ink shadow-raised hover:bg-accent-hover"
            >
              <ArrowUp size={13} aria-hidden />
              <span className="num">{held} new</span>
            </button>
          )}
          {query.data ? (
            lines.length > 0 ? (
              <InboxList
                ref={list}
                lines={lines}
                cursor={cursor}
                selected={keys.selected}
                isCard={isCard}
                total={total ?? lines.length}
                onOpen={(id) => open(id, openId ? "replace" : "push")}
                onSelect={keys.toggle}
                onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
              />
            ) : (
              <div className="min-h-0 flex-1 overflow-y-auto">
                <InboxEmpty section={section} filter={filter} />
              </div>
            )
          ) : query.error ? (
            <ProblemState error={query.error} what="The inbox" retry={() => void query.refetch()} />
          ) : (
            <SkeletonRows rows={20} />
          )}
          {isNew && (
            <FirstSteps
              hasOpened={openId !== ""}
              hasDecided={decisions.did.answer}
              hasUndone={decisions.did.undo}
            />
          )}
          <InboxFoot shown={lines.length} total={total} selected={keys.selected.size} act={keys.act} />
          <p aria-live="polite" className="sr-only">
            {held > 0 ? `${held} new` : ""}
          </p>
        </section>
        {openId && current && (
          <ItemPanel
            key={current.task_id}
            row={current}
            close={() => open(null)}
            act={keys.act}
            changesShown={keys.changesShown.has(current.task_id)}
            showChanges={keys.showChanges}
          />
        )}
      </div>
      {keys.dialog && (
        <DecisionDialogs
          dialog={keys.dialog}
          close={keys.closeDialog}
          decisions={decisions}
          opened={keys.opened}
          done={keys.done}
        />
      )}
    </>
  );
}
