import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { type ReactNode, useEffect, useState } from "react";
import { chooseKeys, useKeys } from "#lib/keys.ts";
import { followEvents } from "#lib/live.ts";
import { useMedia } from "#lib/media.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { usePreferences } from "#lib/preferences.ts";
import { type Me, useMe } from "#lib/session.ts";
import { AwayBanner } from "./away-banner.tsx";
import { LockSign } from "./lock-sign.tsx";
import { SideNavigation } from "./side-navigation.tsx";

const BottomBar = onDemand(() => import("./bottom-bar.tsx").then((file) => file.BottomBar));
const Palette = onDemand(() => import("./palette.tsx").then((file) => file.Palette));
const KeySheet = onDemand(() => import("./key-sheet.tsx").then((file) => file.KeySheet));

/** Pages whose rows stand behind a bar of tabs and filters: the skip link leads to the rows. */
const PAST_THE_BAR: ReadonlySet<string> = new Set(["/approvals", "/locks"]);

/** What stands around every page: skip link, navigation, status, palette and key sheet. */
export function Shell({ children }: { children: ReactNode }) {
  const router = useRouter();
  const client = useQueryClient();
  const me = useMe();
  const isPhone = useMedia("(max-width: 47.99rem)");
  const [overlay, setOverlay] = useState<"palette" | "keys" | null>(null);
  const close = () => setOverlay(null);

  const channels = me ? channelsOf(me).join() : "";
  useEffect(() => (channels ? followEvents(client, channels.split(",")) : undefined), [client, channels]);
  const preferences = usePreferences();
  useEffect(() => preferences && chooseKeys(preferences), [preferences]);
  useKeys({
    palette: () => setOverlay("palette"),
    help: () => setOverlay("keys"),
    search: () => {
      const search = document.querySelector<HTMLInputElement>("input[type=search]");
      if (!search) return false;
      search.select();
    },
    go_inbox: () => void router.push("/approvals"),
    go_tasks: () => void router.push("/tasks"),
    go_new: () => void router.push("/tasks/new"),
    go_agents: () => void router.push("/agents"),
    go_locks: () => void router.push("/locks"),
    go_audit: () => void router.push("/audit"),
  });

  return (
    <div className="print-flow flex h-dvh flex-col">
      <a
        href={PAST_THE_BAR.has(router.pathname) ? "#content" : "#main"}
        className="fixed top-1 left-1 z-50 -translate-y-16 rounded-md bg-raised px-3 py-1.5 font-medium text-accent shadow-raised focus:translate-y-0"
      >
        Skip to content
      </a>
      <AwayBanner />
      {me && <LockSign />}
      <div className="print-flow flex min-h-0 flex-1">
        <SideNavigation onSearch={() => setOverlay("palette")} onKeys={() => setOverlay("keys")} />
        <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col outline-none!">
          {children}
        </main>
      </div>
      {/* Its place is kept, so that nothing moves when it comes. */}
      <div className="no-print h-14 shrink-0 md:hidden">{isPhone && <BottomBar />}</div>
      {overlay === "palette" && <Palette close={close} showKeys={() => setOverlay("keys")} />}
      {overlay === "keys" && <KeySheet close={close} />}
    </div>
  );
}

/** What a person may listen to; the server refuses a stream that names more. */
function channelsOf(me: Me): string[] {
  const isAdmin = me.roles.includes("admin");
  return [
    `user:${me.id}`,
    ...(me.roles.length > 0 ? ["tasks", "agents"] : []),
    ...(isAdmin ? ["locks", "system"] : []),
  ];
}
