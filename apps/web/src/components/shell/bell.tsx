import { useQuery } from "@tanstack/react-query";
import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { notificationQueries } from "#features/notifications/queries.ts";
import { onDemand } from "#lib/on-demand.tsx";

const BellPopover = onDemand(() => import("./bell-popover.tsx").then((file) => file.BellPopover));

/** How much is new, live; the list behind it is loaded when it is first opened. */
export function Bell() {
  const { data } = useQuery(notificationQueries.standing());
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  const unread = data?.unread ?? 0;
  const count = unread > 99 ? "99+" : String(unread);
  return (
    <>
      <button
        type="button"
        title="Notifications"
        aria-label={unread > 0 ? `Notifications, ${count} unread` : "Notifications"}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={(event) => {
          setAnchor(event.currentTarget);
          setOpen(true);
        }}
        className="relative grid size-7.5 place-items-center rounded-md text-ink-2 hover:bg-hover hover:text-ink"
      >
        <BellIcon size={15} aria-hidden />
        {unread > 0 && (
          <span
            aria-hidden
            className="num absolute -top-0.5 -right-0.5 min-w-4 rounded-full bg-accent px-1 text-center text-[10px] leading-4 font-semibold text-accent-ink"
          >
            {count}
          </span>
        )}
      </button>
      {anchor && <BellPopover anchor={anchor} open={open} setOpen={setOpen} />}
    </>
  );
}
