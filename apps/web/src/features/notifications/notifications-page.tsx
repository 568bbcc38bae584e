import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { BellOff, CheckCheck, Settings2 } from "lucide-react";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { useUrlState } from "#lib/url-state.ts";
import { NotificationList, useMarkRead } from "./notification-list.tsx";
import { notificationQueries } from "./queries.ts";

const VIEWS = [
  { id: "all", name: "All" },
  { id: "unread", name: "Unread" },
] as const;

/** Everything that one was told. */
export function NotificationsPage() {
  const url = useUrlState();
  const isUnread = url.text("show") === "unread";
  const pages = useInfiniteQuery({ ...notificationQueries.pages(isUnread), enabled: url.isReady });
  const markRead = useMarkRead();
  const unread = pages.data?.pages[0]?.unread ?? 0;
  return (
    <>
      <PageBar title="Notifications" tabNote={unread > 0 ? String(unread) : undefined}>
        <Button acts disabled={unread === 0} onClick={() => void markRead()}>
          <CheckCheck size={14} aria-hidden /> Mark all read
        </Button>
        <Link href="/account#notifications" className={buttonClass("quiet")}>
          <Settings2 size={14} aria-hidden /> What I am told
        </Link>
      </PageBar>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-3xl px-4 py-4 max-sm:px-0">
          <fieldset aria-label="Which" className="mb-3 flex gap-1 max-sm:px-4">
            {VIEWS.map(({ id, name }) => (
              <button
                key={id}
                type="button"
                aria-pressed={(id === "unread") === isUnread}
                onClick={() => url.set({ show: id === "unread" ? "unread" : null }, "push")}
                className={clsx(
                  "h-7.5 rounded-md px-2.5 font-medium max-md:h-9",
                  (id === "unread") === isUnread ? "bg-hover text-ink" : "text-ink-2 hover:text-ink",
                )}
              >
                {name}
                {id === "unread" && unread > 0 && (
                  <span className="num ml-1.5 text-xs text-accent">{unread}</span>
                )}
              </button>
            ))}
          </fieldset>
          <Resolved query={pages} what="The notifications" loading={<SkeletonRows rows={6} />}>
            {({ pages: read }) => {
              const all = read.flatMap(({ notifications }) => notifications);
              if (all.length === 0) {
                return (
                  <PageState icon={BellOff} title={isUnread ? "Nothing is unread" : "Nothing yet"}>
                    Reviews that are asked of you, and what becomes of your tasks, is told here.
                  </PageState>
                );
              }
              return (
                <div className="card overflow-hidden max-sm:rounded-none max-sm:border-x-0">
                  <NotificationList notifications={all} />
                </div>
              );
            }}
          </Resolved>
          {pages.hasNextPage && (
            <div className="mt-3 flex justify-center">
              <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                Show older
              </Button>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
