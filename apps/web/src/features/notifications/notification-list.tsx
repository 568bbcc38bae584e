import type { NotificationEntry } from "@ade/core/notifications/schema";
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { Link } from "#components/link.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { KIND_LOOKS } from "./kinds.ts";

/** Marks notifications as read, here and in every other window: those named, or all. */
export function useMarkRead(): (ids?: readonly string[]) => Promise<void> {
  const client = useQueryClient();
  return async (ids) => {
    try {
      await api.notifications.read.mutate(ids ? { ids: [...ids] } : { all: true });
    } catch (error) {
      toastProblem("Not marked as read", error);
    }
    await client.invalidateQueries({ queryKey: ["notifications"] });
  };
}

type Props = { notifications: readonly NotificationEntry[]; onFollow?: () => void };

/** What happened, newest first; following one marks it as read. */
export function NotificationList({ notifications, onFollow }: Props) {
  const markRead = useMarkRead();
  return (
    <ul aria-label="Notifications" className="divide-y divide-line">
      {notifications.map((each) => {
        const { icon: Icon, tone, name } = KIND_LOOKS[each.kind];
        const isNew = each.read_at === null;
        return (
          <li key={each.id}>
            <Link
              href={each.href}
              onClick={() => {
                if (isNew) void markRead([each.id]);
                onFollow?.();
              }}
              className="flex gap-3 px-4 py-2.5 text-ink -outline-offset-2! hover:bg-hover"
            >
              <Icon size={15} aria-label={name} className={clsx("mt-0.5 shrink-0", tone)} />
              <span className="min-w-0 flex-1">
                <span className={clsx("block break-words", isNew ? "font-semibold" : "text-ink-2")}>
                  {each.title}
                </span>
                {each.body && <span className="line-clamp-2 text-xs text-ink-2">{each.body}</span>}
              </span>
              <span className="flex shrink-0 flex-col items-end gap-1 text-2xs text-ink-3">
                <Ago at={each.created_at} bare />
                {isNew && (
                  <span className="size-2 rounded-full bg-accent">
                    <span className="sr-only">unread</span>
                  </span>
                )}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
