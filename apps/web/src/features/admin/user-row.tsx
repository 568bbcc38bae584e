import type { UserEntry } from "@ade/core/identity/schema";
import clsx from "clsx";
import { KeyRound, Link2, LogOut, Pencil, ShieldCheck, UserCheck } from "lucide-react";
import { MoreMenu } from "#components/more-menu.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { MenuItem, MenuLine } from "#components/ui/menu.tsx";

export type UserAct = "edit" | "invite" | "reset" | "leave" | "return";

type Props = { user: UserEntry; manager: string | null; act: (act: UserAct) => void };

/** One person; the name opens the form, the dots everything else. */
export function UserRow({ user, manager, act }: Props) {
  return (
    <li
      className={clsx(
        "relative flex items-center gap-x-4 gap-y-2 px-4 py-1.5 hover:bg-hover max-sm:flex-wrap max-sm:py-3",
        !user.active && "bg-sunken",
      )}
    >
      <div className="min-w-0 flex-1 max-sm:basis-[calc(100%-4rem)]">
        <button
          type="button"
          data-row
          aria-haspopup="dialog"
          onClick={() => act("edit")}
          className="max-w-full truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none! focus-visible:after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {user.name}
        </button>
        <p className="truncate text-xs text-ink-3">{user.email}</p>
      </div>
      <div className="flex w-44 shrink-0 flex-wrap gap-1 max-sm:order-last max-sm:w-auto">
        {!user.active && <Badge icon={<LogOut size={11} aria-hidden />}>Left</Badge>}
        {user.roles.length === 0 && <span className="text-xs text-ink-3">No role</span>}
        {user.roles.map((role) => (
          <Badge
            key={role}
            tone={role === "admin" ? "accent" : "neutral"}
            icon={role === "admin" ? <ShieldCheck size={11} aria-hidden /> : undefined}
          >
            {role}
          </Badge>
        ))}
      </div>
      <p
        className={clsx(
          "w-44 shrink-0 truncate text-xs text-ink-2 max-sm:order-last max-sm:w-auto max-sm:before:content-['in_']",
          user.groups.length === 0 && "max-sm:hidden",
        )}
      >
        {user.groups.join(", ") || <span className="text-ink-3">none</span>}
      </p>
      <p className="hidden w-36 shrink-0 truncate text-xs text-ink-2 @3xl:block">
        {manager ?? <span className="text-ink-3">none</span>}
      </p>
      <span className="relative w-8 shrink-0 max-sm:w-auto">
        <MoreMenu label={`More for ${user.name}`}>
          <MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={() => act("edit")}>
            Edit…
          </MenuItem>
          {user.active && (
            <>
              <MenuItem icon={<Link2 size={14} aria-hidden />} onSelect={() => act("invite")}>
                Invite link…
              </MenuItem>
              <MenuItem icon={<KeyRound size={14} aria-hidden />} onSelect={() => act("reset")}>
                Password reset link…
              </MenuItem>
            </>
          )}
          <MenuLine />
          {user.active ? (
            <MenuItem icon={<LogOut size={14} aria-hidden />} danger onSelect={() => act("leave")}>
              Has left…
            </MenuItem>
          ) : (
            <MenuItem icon={<UserCheck size={14} aria-hidden />} onSelect={() => act("return")}>
              Is back…
            </MenuItem>
          )}
        </MoreMenu>
      </span>
    </li>
  );
}
