import clsx from "clsx";
import { Plus, Search } from "lucide-react";
import { useRouter } from "next/router";
import { Link } from "#components/link.tsx";
import { buttonClass, IconButton } from "#components/ui/button.tsx";
import { KeyOf } from "#components/ui/kbd.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { useMe } from "#lib/session.ts";
import { AccountButton } from "./account-button.tsx";
import { BrandMark } from "./brand.tsx";
import { isAt, PLACES } from "./navigation.ts";
import { StreamSign } from "./stream-sign.tsx";
import { useWaitingCount } from "./waiting-count.ts";

const Bell = onDemand(() => import("./bell.tsx").then((file) => file.Bell));

type Props = { onSearch: () => void; onKeys: () => void };

export function SideNavigation({ onSearch, onKeys }: Props) {
  const { asPath } = useRouter();
  const me = useMe();
  const waiting = useWaitingCount();
  const path = asPath.split("?")[0] ?? "";
  const places = PLACES.filter((place) => !place.adminOnly || me?.roles.includes("admin"));
  return (
    <nav
      aria-label="Main"
      className="no-print hidden w-(--nav-width) shrink-0 flex-col border-r border-line bg-sunken px-2 pb-2 md:flex"
    >
      <div className="flex h-(--bar-height) items-center justify-between">
        <Link href="/approvals" className="flex h-full min-w-0 items-center gap-2 px-2 text-ink">
          <BrandMark />
          <span className="truncate text-sm font-semibold tracking-tight">Community ADE</span>
        </Link>
        <div className="size-7.5 shrink-0">{me && <Bell />}</div>
      </div>
      <button
        type="button"
        onClick={onSearch}
        className="mt-1 flex h-7.5 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-ink-3 shadow-control hover:text-ink"
      >
        <Search size={14} aria-hidden />
        <span className="flex-1 text-left">Go to…</span>
        <KeyOf of="palette" />
      </button>
      <ul className="mt-3 flex flex-col gap-px">
        {places.map((place) => {
          const current = isAt(place, path) && !(place.href === "/tasks" && path === "/tasks/new");
          const Icon = place.icon;
          return (
            <li key={place.href}>
              <Link
                href={place.href}
                aria-current={current ? "page" : undefined}
                className={clsx(
                  "flex h-7.5 items-center gap-2.5 rounded-md px-2 font-medium",
                  current
                    ? "bg-surface text-ink shadow-control ring-1 ring-line"
                    : "text-ink-2 hover:bg-hover hover:text-ink",
                )}
              >
                <Icon size={15} aria-hidden className={current ? "text-accent" : "text-ink-3"} />
                <span className="flex-1">{place.name}</span>
                {place.href === "/approvals" && waiting ? (
                  <span className="num text-xs text-ink-2">
                    {waiting}
                    <span className="sr-only"> need you</span>
                  </span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
      <Link href="/tasks/new" className={clsx(buttonClass("plain"), "mt-3 justify-start")}>
        <Plus size={15} aria-hidden className="text-accent" />
        New task
      </Link>
      <div className="mt-auto flex flex-col gap-1">
        <div className="flex items-center justify-between pl-2">
          <StreamSign />
          <IconButton label="All keys" onClick={onKeys}>
            <span aria-hidden className="text-sm">
              ?
            </span>
          </IconButton>
        </div>
        <AccountButton />
      </div>
    </nav>
  );
}
