import { Popover } from "@base-ui/react/popover";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { NotificationList, useMarkRead } from "#features/notifications/notification-list.tsx";
import { notificationQueries } from "#features/notifications/queries.ts";

type Props = { anchor: HTMLElement; open: boolean; setOpen: (open: boolean) => void };

/** The newest notifications, at the bell. */
export function BellPopover({ anchor, open, setOpen }: Props) {
  const pages = useInfiniteQuery({ ...notificationQueries.pages(false), enabled: open });
  const markRead = useMarkRead();
  const unread = pages.data?.pages[0]?.unread ?? 0;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Portal container={anchor.closest<HTMLElement>("nav, main") ?? document.body}>
        <Popover.Positioner anchor={anchor} side="bottom" align="start" sideOffset={6} className="z-50">
          <Popover.Popup
            finalFocus={() => anchor}
            className="flex max-h-[min(32rem,calc(100dvh-5rem))] w-96 flex-col overflow-hidden rounded-lg bg-raised shadow-raised outline-none transition-opacity duration-(--quick) data-starting-style:opacity-0"
          >
            <div className="flex h-11 shrink-0 items-center border-b border-line pr-2 pl-4">
              <Popover.Title className="font-semibold">Notifications</Popover.Title>
              <Button
                look="quiet"
                size="small"
                acts
                disabled={unread === 0}
                onClick={() => void markRead()}
                className="ml-auto"
              >
                <CheckCheck size={13} aria-hidden /> Mark all read
              </Button>
            </div>
            <div className="min-h-0 flex-1 overflow-y-auto">
              <Resolved query={pages} what="The notifications" loading={<SkeletonRows rows={4} />}>
                {({ pages: [first] }) =>
                  first && first.notifications.length > 0 ? (
                    <NotificationList notifications={first.notifications} onFollow={() => setOpen(false)} />
                  ) : (
                    <p className="px-4 py-8 text-center text-ink-2">
                      Nothing yet. Reviews that are asked of you, and what becomes of your tasks, is told
                      here.
                    </p>
                  )
                }
              </Resolved>
            </div>
            <Link
              href="/notifications"
              onClick={() => setOpen(false)}
              className="flex h-10 shrink-0 items-center justify-center border-t border-line font-medium text-accent -outline-offset-2! hover:bg-hover"
            >
              All notifications
            </Link>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
