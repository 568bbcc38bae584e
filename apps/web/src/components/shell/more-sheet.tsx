import { useQuery } from "@tanstack/react-query";
import { Bell, KeyRound, LogOut } from "lucide-react";
import { Link } from "#components/link.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { notificationQueries } from "#features/notifications/queries.ts";
import { signOut, useMe } from "#lib/session.ts";
import { setTheme, type Theme, useTheme } from "#lib/theme.ts";
import { PLACES } from "./navigation.ts";
import { StreamSign } from "./stream-sign.tsx";

const rowClass = "flex h-11 w-full items-center gap-3 rounded-md px-2 text-base font-medium hover:bg-hover";

/** The rest of the navigation on a phone, with account and theme. */
export function MoreSheet({ close }: { close: () => void }) {
  const me = useMe();
  const theme = useTheme();
  const { data: standing } = useQuery(notificationQueries.standing());
  const places = PLACES.slice(3).filter((place) => !place.adminOnly || me?.roles.includes("admin"));
  return (
    <Dialog title={me?.name ?? "Menu"} description={me?.roles.join(", ")} close={close} form="sheet">
      <ul>
        {places.map(({ href, name, icon: Icon }) => (
          <li key={href}>
            <Link href={href} onClick={close} className={rowClass}>
              <Icon size={18} aria-hidden className="text-ink-3" /> {name}
            </Link>
          </li>
        ))}
        <li className="mt-1 border-t border-line pt-1">
          <Link href="/notifications" onClick={close} className={rowClass}>
            <Bell size={18} aria-hidden className="text-ink-3" /> Notifications
            {standing && standing.unread > 0 && (
              <span className="num ml-auto rounded-full bg-accent px-2 text-xs leading-5 text-accent-ink">
                {standing.unread}
                <span className="sr-only"> unread</span>
              </span>
            )}
          </Link>
        </li>
        <li>
          <Link href="/account" onClick={close} className={rowClass}>
            <KeyRound size={18} aria-hidden className="text-ink-3" /> Account and API keys
          </Link>
        </li>
        <li>
          <button type="button" onClick={() => void signOut()} className={rowClass}>
            <LogOut size={18} aria-hidden className="text-ink-3" /> Sign out
          </button>
        </li>
      </ul>
      <div className="mt-3 flex items-center justify-between gap-3 px-2">
        <StreamSign />
        <label className="flex items-center gap-2 text-ink-2">
          Theme
          <select
            className="field w-auto!"
            value={theme}
            onChange={(event) => setTheme(event.target.value as Theme)}
          >
            <option value="light">Light</option>
            <option value="dark">Dark</option>
            <option value="system">As the system</option>
          </select>
        </label>
      </div>
    </Dialog>
  );
}
