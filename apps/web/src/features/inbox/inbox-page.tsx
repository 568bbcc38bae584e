import type { InboxSection } from "@ade/core/views/schema";
import { ArrowUp } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { useWaitingCount } from "#components/shell/waiting-count.ts";
import { ProblemState } from "#components/ui/problem-state.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { useAway } from "#lib/connection.ts";
import { useMedia } from "#lib/media.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useUrlState } from "#lib/url-state.ts";
import { InboxFoot, InboxHead } from "./inbox-frame.tsx";
import { InboxList } from "./inbox-list.tsx";
import { SECTIONS, SectionTabs } from "./section-tabs.tsx";
import { useDecisions } from "./use-decisions.ts";
import { useInbox } from "./use-inbox.ts";
import { useInboxKeys } from "./use-inbox-keys.ts";

const InboxEmpty = onDemand(() => import("./inbox-empty.tsx").then((file) => file.InboxEmpty));
const ItemPanel = onDemand(() => import("./item-panel.tsx").then((file) => file.ItemPanel));
const DecisionDialogs = onDemand(() => import("./decision-dialogs.tsx").then((file) => file.DecisionDialogs));

/** The approval queue: the list on the left, what is being decided on the right. */
export function InboxPage() {
  const url = useUrlState();
  const section = SECTIONS.find(({ id }) => id === url.text("section"))?.id ?? "needs_you";
  const search = url.text("q");
  const openId = url.text("item");
  const isCard = useMedia("(max-width: 40rem)");
  const away = useAway();
  const waiting = useWaitingCount();
  const decisions = useDecisions();
  const { query, lines, held, counts, refresh } = useInbox(section, search, decisions.taken);
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

  useEffect(() => {
    if (openId && current && openId !== current.task_id && foundAt < 0) open(current.task_id);
  }, [openId, current, foundAt, open]);

  return (
    <>
      <PageBar
        title="Inbox"
        tabNote={waiting ? String(waiting) : undefined}
        note={
          <SectionTabs
            current={section}
            counts={counts}
            onChoose={(next: InboxSection) =>
              set({ section: next === "needs_you" ? null : next, item: null }, "push")
            }
          />
        }
      >
        <input
          type="search"
          aria-label="Search the inbox"
          placeholder="Search"
          defaultValue={search}
          onChange={(event) => set({ q: event.target.value.trim(), item: null })}
          className="field w-44!"
        />
      </PageBar>
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
                total={counts?.[section] ?? lines.length}
                onOpen={(id) => open(id, openId ? "replace" : "push")}
                onSelect={keys.toggle}
                onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
              />
            ) : (
              <InboxEmpty section={section} search={search} />
            )
          ) : query.error ? (
            <ProblemState error={query.error} what="The inbox" retry={() => void query.refetch()} />
          ) : (
            <SkeletonRows rows={20} />
          )}
          <InboxFoot
            shown={lines.length}
            total={counts?.[section]}
            selected={keys.selected.size}
            act={keys.act}
          />
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
          done={keys.done}
        />
      )}
    </>
  );
}
