import clsx from "clsx";
import { Ellipsis, Plus } from "lucide-react";
import { useRouter } from "next/router";
import { useState } from "react";
import { Link } from "#components/link.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { isAt, PLACES } from "./navigation.ts";
import { useWaitingCount } from "./waiting-count.ts";

const MoreSheet = onDemand(() => import("./more-sheet.tsx").then((file) => file.MoreSheet));
const NEW_TASK = { href: "/tasks/new", name: "New", icon: Plus };
const SHOWN = [...PLACES.slice(0, 2), NEW_TASK, ...PLACES.slice(2, 3)];
const itemClass = "relative flex flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium";

/** Navigation on a phone, within reach of a thumb. */
export function BottomBar() {
  const { asPath } = useRouter();
  const waiting = useWaitingCount();
  const [more, setMore] = useState(false);
  const path = asPath.split("?")[0] ?? "";
  return (
    <nav
      aria-label="Main, short"
      className="flex h-14 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      {SHOWN.map((place) => {
        const current = isAt(place, path) && !(place.href === "/tasks" && path === "/tasks/new");
        const Icon = place.icon;
        return (
          <Link
            key={place.href}
            href={place.href}
            aria-current={current ? "page" : undefined}
            className={clsx(itemClass, current ? "text-accent" : "text-ink-2")}
          >
            <Icon size={19} aria-hidden />
            {place.name}
            {place.href === "/approvals" && waiting ? (
              <span className="num absolute top-1 left-1/2 ml-2 min-w-4 rounded-full bg-accent px-1 text-center leading-4 text-accent-ink">
                {waiting}
                <span className="sr-only"> need you</span>
              </span>
            ) : null}
          </Link>
        );
      })}
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setMore(true)}
        className={clsx(itemClass, "text-ink-2")}
      >
        <Ellipsis size={19} aria-hidden />
        More
      </button>
      {more && <MoreSheet close={() => setMore(false)} />}
    </nav>
  );
}
