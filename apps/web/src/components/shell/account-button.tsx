import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { onDemand } from "#lib/on-demand.tsx";
import { useMe } from "#lib/session.ts";

const AccountMenu = onDemand(() => import("./account-menu.tsx").then((file) => file.AccountMenu));

/** Who is signed in. The menu behind it is loaded when it is first opened. */
export function AccountButton() {
  const me = useMe();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={(event) => {
          setAnchor(event.currentTarget);
          setOpen(true);
        }}
        className="flex h-10 min-w-0 items-center gap-2 rounded-md px-2 text-left hover:bg-hover"
      >
        <span
          aria-hidden
          className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent"
        >
          {me ? initials(me.name) : ""}
        </span>
        <span className="min-w-0 flex-1 max-md:hidden">
          <span className="sr-only">Account of </span>
          <span className="block truncate font-medium leading-4">{me?.name ?? " "}</span>
          <span className="block truncate text-2xs text-ink-3">{me?.roles.join(", ") ?? " "}</span>
        </span>
        <ChevronsUpDown size={13} aria-hidden className="shrink-0 text-ink-3 max-md:hidden" />
      </button>
      {anchor && <AccountMenu anchor={anchor} open={open} setOpen={setOpen} />}
    </>
  );
}

function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return ((parts[0]?.[0] ?? "") + (parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
