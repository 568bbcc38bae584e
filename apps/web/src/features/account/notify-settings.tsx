import {
  type ChannelChoice,
  NOTIFICATION_KINDS,
  type NotificationKind,
} from "@ade/core/notifications/schema";
import { useQuery } from "@tanstack/react-query";
import { startTransition, useOptimistic } from "react";
import { Resolved } from "#components/ui/resolved.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { KIND_LOOKS } from "#features/notifications/kinds.ts";
import { notificationQueries } from "#features/notifications/queries.ts";
import { Part } from "#features/task/facts.tsx";
import { useAway } from "#lib/connection.ts";
import { useSetPreferences } from "#lib/preferences.ts";
import { shellQueries } from "#lib/shell-queries.ts";

const CHANNELS = [
  { id: "in_app", name: "Here" },
  { id: "email", name: "Mail" },
] as const;
const boxClass = "size-4 accent-accent max-sm:size-5";

type Choices = Partial<Record<NotificationKind, ChannelChoice>>;

/** What one is told, and by which way; each tick is stored at once. */
export function NotifySettings() {
  const away = useAway();
  const write = useSetPreferences();
  const preferences = useQuery(shellQueries.preferences());
  const { data: standing } = useQuery(notificationQueries.standing());
  // A tick stands at once; it falls back by itself where the server refuses it.
  const [chosen, choose] = useOptimistic<Choices, Choices>({}, (earlier, one) => ({ ...earlier, ...one }));

  const set = (choice: Choices) =>
    startTransition(async () => {
      choose(choice);
      try {
        await write({ notify: choice });
      } catch (error) {
        toastProblem("The setting was not stored", error);
      }
    });

  return (
    <div id="notifications" className="scroll-mt-4">
      <Part title="Notifications">
        {standing?.email_works === false && (
          <p className="text-ink-3">
            No mail server is set here, so nothing is mailed yet. Your choice is kept.
          </p>
        )}
        <Resolved query={preferences} what="Your settings" loading={<div className="skeleton h-60" />}>
          {(stored) => (
            <table aria-label="What I am told" className="w-full border-separate border-spacing-0 text-left">
              <thead>
                <tr>
                  <th scope="col" className="caption h-7 border-b border-line">
                    About
                  </th>
                  {CHANNELS.map(({ id, name }) => (
                    <th key={id} scope="col" className="caption h-7 w-14 border-b border-line text-center">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {NOTIFICATION_KINDS.map((kind) => {
                  const { icon: Icon, name, about } = KIND_LOOKS[kind];
                  const choice = chosen[kind] ?? stored.notify[kind];
                  return (
                    <tr key={kind}>
                      <th scope="row" className="border-b border-line py-1.5 pr-3 font-normal">
                        <span className="flex gap-2.5">
                          <Icon size={14} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
                          <span>
                            <span className="block font-medium">{name}</span>
                            {about && <span className="block text-xs text-ink-3">{about}</span>}
                          </span>
                        </span>
                      </th>
                      {CHANNELS.map((channel) => (
                        <td key={channel.id} className="border-b border-line text-center">
                          <label className="inline-grid size-9 place-items-center">
                            <span className="sr-only">
                              {name}: {channel.name}
                            </span>
                            <input
                              type="checkbox"
                              disabled={away}
                              checked={choice[channel.id]}
                              onChange={(event) =>
                                set({ [kind]: { ...choice, [channel.id]: event.target.checked } })
                              }
                              className={boxClass}
                            />
                          </label>
                        </td>
                      ))}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          )}
        </Resolved>
      </Part>
    </div>
  );
}
